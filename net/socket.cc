#include "net/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/udp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/bytes.h"

namespace baton::net {
namespace {

absl::Status SocketError(const TransportAddress& address, absl::string_view doing, int error) {
  std::string text =
      absl::StrCat("UDP ", address.ToString(), ": ", doing, ": ", std::strerror(error));
  switch (error) {
    case EADDRINUSE:
      absl::StrAppend(&text, " (port in use; `ss -ulpn sport = :", address.port,
                      "` shows by whom; another node on this host needs other ports)");
      break;
    case EADDRNOTAVAIL:
      absl::StrAppend(&text, " (no interface of this host has that address)");
      break;
    case EACCES:
      absl::StrAppend(&text, " (ports below 1024 need CAP_NET_BIND_SERVICE)");
      break;
    case EAFNOSUPPORT:
      absl::StrAppend(&text, " (this host has no IPv6; leave the address out)");
      break;
    case EMFILE:
    case ENFILE:
      absl::StrAppend(&text, " (raise RLIMIT_NOFILE)");
      break;
    default:
      break;
  }
  return absl::ErrnoToStatus(error, text);
}

bool Set(int fd, int level, int option, int value) {
  return setsockopt(fd, level, option, &value, sizeof value) == 0;
}

// The kernel doubles what is asked for, to cover its bookkeeping, and reports the double.
int SetBuffer(int fd, int forced_option, int option, int bytes) {
  // Without CAP_NET_ADMIN the forced one is refused, and the other is capped by a sysctl.
  if (!Set(fd, SOL_SOCKET, forced_option, bytes)) Set(fd, SOL_SOCKET, option, bytes);
  int granted = 0;
  socklen_t size = sizeof granted;
  getsockopt(fd, SOL_SOCKET, option, &granted, &size);
  return granted / 2;
}

bool SetOptions(int fd, bool v6, const UdpSocketOptions& options) {
  if (options.receive_runs) Set(fd, SOL_UDP, UDP_GRO, 1);
  if (options.receive_times && !Set(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1)) return false;
  if (v6 && !Set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)) return false;
  const bool mtu = v6 ? Set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT)
                      : Set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT);
  return mtu && Set(fd, SOL_SOCKET, SO_RXQ_OVFL, 1);
}

}  // namespace

absl::StatusOr<UdpSocket> OpenUdpSocket(const TransportAddress& bind_to,
                                        const UdpSocketOptions& options) {
  SocketAddress address{};
  const socklen_t size = ToSocketAddress(bind_to, address);
  if (size == 0) return absl::InvalidArgumentError("a UDP socket needs an IP address to bind");

  UdpSocket result;
  result.fd = UniqueFd(
      socket(address.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP));
  if (!result.fd) return SocketError(bind_to, "socket", errno);
  const int fd = result.fd.get();
  if (!SetOptions(fd, bind_to.ip.is_v6(), options))
    return SocketError(bind_to, "setsockopt", errno);
  result.bound.receive_buffer_bytes =
      SetBuffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, options.receive_buffer_bytes);
  result.bound.send_buffer_bytes =
      SetBuffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, options.send_buffer_bytes);
  if (bind(fd, &address.any, size) != 0) return SocketError(bind_to, "bind", errno);

  socklen_t local_size = sizeof address;
  if (getsockname(fd, &address.any, &local_size) != 0) {
    return SocketError(bind_to, "getsockname", errno);
  }
  result.bound.local = FromSocketAddress(&address, local_size).value_or(bind_to);
  return result;
}

socklen_t ToSocketAddress(const TransportAddress& address, SocketAddress& out) {
  const uint8_t* ip = address.ip.bytes().data();
  if (address.ip.is_v4()) {
    out.v4 = {};
    out.v4.sin_family = AF_INET;
    out.v4.sin_port = htons(address.port);
    std::memcpy(&out.v4.sin_addr, ip, sizeof out.v4.sin_addr);
    return sizeof out.v4;
  }
  if (address.ip.is_v6()) {
    out.v6 = {};
    out.v6.sin6_family = AF_INET6;
    out.v6.sin6_port = htons(address.port);
    std::memcpy(&out.v6.sin6_addr, ip, sizeof out.v6.sin6_addr);
    return sizeof out.v6;
  }
  return 0;
}

std::optional<TransportAddress> FromSocketAddress(const void* address, size_t size) {
  SocketAddress in{};
  if (size < sizeof in.any.sa_family) return std::nullopt;
  std::memcpy(&in, address, std::min(size, sizeof in));
  if (size >= sizeof in.v4 && in.any.sa_family == AF_INET) {
    std::array<uint8_t, 4> ip{};
    std::memcpy(ip.data(), &in.v4.sin_addr, ip.size());
    return TransportAddress{IpAddress::V4(ip), ntohs(in.v4.sin_port)};
  }
  if (size >= sizeof in.v6 && in.any.sa_family == AF_INET6) {
    std::array<uint8_t, 16> ip{};
    std::memcpy(ip.data(), &in.v6.sin6_addr, ip.size());
    return TransportAddress{IpAddress::V6(ip), ntohs(in.v6.sin6_port)};
  }
  return std::nullopt;
}

}  // namespace baton::net
