// UDP sockets of the load and of the yardsticks, on 127.0.0.1. Not those of net/, which is part of
// what is measured: a change there must not change the yardsticks.
#pragma once

#include <sys/socket.h>

#include <cstdint>

#include "base/address.h"
#include "net/socket.h"
#include "net/unique_fd.h"

namespace baton::bench {

struct UdpOptions {
  bool timestamps = false;      // SO_TIMESTAMPNS: the kernel's receive time with each message
  bool gro = false;             // UDP_GRO: messages of several datagrams
  int buffer_bytes = 32 << 20;  // asked for, in both directions
};

// A blocking socket bound to a port of its own; does not return if there is none to be had.
net::UniqueFd OpenUdp(const UdpOptions& options);
TransportAddress LocalAddressOf(int fd);
void ConnectTo(int fd, const TransportAddress& address);

// Datagrams that the kernel has dropped for this socket because its queue was full.
uint64_t OverflowsOf(int fd);

// An address as msg_name wants it.
struct Name {
  net::SocketAddress address{};
  socklen_t size = 0;

  explicit Name(const TransportAddress& of) : size(net::ToSocketAddress(of, address)) {}
};

// Room for one control message with a 16-bit number (UDP_SEGMENT), aligned as the kernel wants it.
struct alignas(cmsghdr) SegmentControl {
  char bytes[CMSG_SPACE(sizeof(uint16_t))];
};

// Makes `message` be cut into datagrams of `segment_size` bytes each (UDP_SEGMENT).
void SetSegmentSize(msghdr& message, SegmentControl& control, uint16_t segment_size);

// What the control messages of a received message say; 0 for what they do not say.
struct ReceivedControl {
  size_t segment_size = 0;  // UDP_GRO
  int64_t received_ns = 0;  // SO_TIMESTAMPNS, CLOCK_REALTIME
};
ReceivedControl ReadControl(msghdr& message);

}  // namespace baton::bench
