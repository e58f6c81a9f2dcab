#include "bench/load/local_address.h"

#include <errno.h>
#include <sys/socket.h>

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "net/socket.h"
#include "net/unique_fd.h"

namespace baton::bench {

absl::StatusOr<IpAddress> LocalAddressTowards(const TransportAddress& remote) {
  net::SocketAddress address;
  socklen_t size = net::ToSocketAddress(remote, address);
  const net::UniqueFd fd(socket(address.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd || connect(fd.get(), &address.any, size) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("no route to ", remote.ToString()));
  }
  size = sizeof address;
  if (getsockname(fd.get(), &address.any, &size) != 0) {
    return absl::ErrnoToStatus(errno, "getsockname");
  }
  const std::optional<TransportAddress> local = net::FromSocketAddress(&address, size);
  if (!local) return absl::InternalError("the kernel gave an address of an unknown family");
  return local->ip;
}

}  // namespace baton::bench
