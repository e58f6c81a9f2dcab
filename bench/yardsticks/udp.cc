#include "bench/yardsticks/udp.h"

#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <time.h>

#include <array>
#include <cstring>
#include <string>

#include "bench/yardsticks/die.h"

namespace baton::bench {
namespace {

void Set(int fd, int level, int option, int value, const char* name) {
  if (setsockopt(fd, level, option, &value, sizeof value) != 0) DieOfErrno(name);
}

// Without CAP_NET_ADMIN the forced form is refused, and the other is capped by a sysctl.
void SetBuffer(int fd, int forced_option, int option, int bytes) {
  if (setsockopt(fd, SOL_SOCKET, forced_option, &bytes, sizeof bytes) == 0) return;
  Set(fd, SOL_SOCKET, option, bytes, "socket buffer");
}

}  // namespace

net::UniqueFd OpenUdp(const UdpOptions& options) {
  net::UniqueFd fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP));
  if (!fd) DieOfErrno("cannot make a UDP socket");
  SetBuffer(fd.get(), SO_RCVBUFFORCE, SO_RCVBUF, options.buffer_bytes);
  SetBuffer(fd.get(), SO_SNDBUFFORCE, SO_SNDBUF, options.buffer_bytes);
  if (options.timestamps) Set(fd.get(), SOL_SOCKET, SO_TIMESTAMPNS, 1, "SO_TIMESTAMPNS");
  if (options.gro) Set(fd.get(), SOL_UDP, UDP_GRO, 1, "UDP_GRO");
  sockaddr_in any{};
  any.sin_family = AF_INET;
  any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  net::SocketAddress address{};
  address.v4 = any;
  if (bind(fd.get(), &address.any, sizeof address.v4) != 0) {
    DieOfErrno("cannot bind to a port of 127.0.0.1");
  }
  return fd;
}

TransportAddress LocalAddressOf(int fd) {
  net::SocketAddress address{};
  socklen_t size = sizeof address;
  if (getsockname(fd, &address.any, &size) != 0) DieOfErrno("getsockname");
  const auto local = net::FromSocketAddress(&address, size);
  if (!local) Die("a socket has an address of an unknown family");
  return *local;
}

void ConnectTo(int fd, const TransportAddress& address) {
  const Name name(address);
  if (connect(fd, &name.address.any, name.size) != 0) {
    DieOfErrno("cannot connect a UDP socket to " + address.ToString());
  }
}

uint64_t OverflowsOf(int fd) {
  std::array<uint32_t, SK_MEMINFO_VARS> info{};
  socklen_t size = sizeof info;
  if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info.data(), &size) != 0) DieOfErrno("SO_MEMINFO");
  return info[SK_MEMINFO_DROPS];
}

void SetSegmentSize(msghdr& message, SegmentControl& control, uint16_t segment_size) {
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof control.bytes;
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_UDP;
  header->cmsg_type = UDP_SEGMENT;
  header->cmsg_len = CMSG_LEN(sizeof segment_size);
  std::memcpy(CMSG_DATA(header), &segment_size, sizeof segment_size);
}

ReceivedControl ReadControl(msghdr& message) {
  ReceivedControl result;
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO) {
      int size = 0;
      std::memcpy(&size, CMSG_DATA(c), sizeof size);
      result.segment_size = static_cast<size_t>(size);
    } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS) {
      timespec stamp{};
      std::memcpy(&stamp, CMSG_DATA(c), sizeof stamp);
      result.received_ns = stamp.tv_sec * 1'000'000'000 + stamp.tv_nsec;
    }
  }
  return result;
}

}  // namespace baton::bench
