// UDP sockets as the event loop wants them, and addresses in the kernel's form.
//
// Every socket is non-blocking, closed on exec, bound to one address of one family (IPV6_V6ONLY, so
// an IPv4 peer never shows up as ::ffff:a.b.c.d), and reports how many datagrams the kernel dropped
// for it (SO_RXQ_OVFL).
//
// Sockets are not connected and IP_RECVERR is off: then an ICMP error, which anybody can forge,
// never becomes an error of a later send or receive.
//
// IP_MTU_DISCOVER is OMIT: datagrams leave without "don't fragment" and the path MTU that ICMP
// claims is ignored. Media is sized by its sender for the Internet and the relay cannot make it
// smaller, so on the odd path that is narrower a fragmented packet is better than a black hole, and
// a forged "fragmentation needed" must not make the kernel cut or refuse (with GSO) everything.
// What exceeds the interface's own MTU is fragmented by the kernel.
//
// SO_REUSEADDR and SO_REUSEPORT stay off: a second node on the same port is an error, not a thief
// of half of the datagrams.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstddef>
#include <optional>

#include "absl/status/statusor.h"
#include "base/address.h"
#include "net/bound_socket.h"
#include "net/unique_fd.h"

namespace baton::net {

struct UdpSocket {
  UniqueFd fd;
  BoundSocket bound;
};

struct UdpSocketOptions {
  // In bytes as SO_RCVBUF means them; what is granted is reported, never an error.
  int receive_buffer_bytes = 1 << 20;
  int send_buffer_bytes = 1 << 20;
  // Attach the kernel's receive time to each datagram (SO_TIMESTAMPNS).
  bool receive_times = true;
  // Let datagrams of one peer come in one piece (UDP_GRO). A kernel that cannot (before 5.0) hands
  // them over one by one.
  bool receive_runs = false;
};

// An error's text names the address and says what to do.
absl::StatusOr<UdpSocket> OpenUdpSocket(const TransportAddress& bind,
                                        const UdpSocketOptions& options);

// Room for an address of either family.
union SocketAddress {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

// Returns the size of what was written; 0 if the address has no family.
socklen_t ToSocketAddress(const TransportAddress& address, SocketAddress& out);

// `address` need not be aligned. Nothing if it is cut off or of another family.
std::optional<TransportAddress> FromSocketAddress(const void* address, size_t size);

}  // namespace baton::net
