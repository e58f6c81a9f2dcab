#include "cmd/node/host_addresses.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include "net/socket.h"

namespace baton {

std::vector<IpAddress> HostAddresses() {
  std::vector<IpAddress> addresses;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return addresses;
  for (const ifaddrs* i = list; i != nullptr; i = i->ifa_next) {
    if (i->ifa_addr == nullptr || (i->ifa_flags & IFF_UP) == 0) continue;
    const size_t size =
        i->ifa_addr->sa_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
    if (const auto address = net::FromSocketAddress(i->ifa_addr, size)) {
      addresses.push_back(address->ip);
    }
  }
  freeifaddrs(list);
  return addresses;
}

}  // namespace baton
