// What net/ hands to whoever understands datagrams.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/address.h"
#include "base/buffer_refs.h"
#include "base/bytes.h"
#include "base/time_point.h"

namespace baton {

// Which of a shard's sockets; with the remote address, the flow.
using SocketIndex = uint8_t;

// Not a socket: what leaves by it goes into the queue of a recording and not onto the wire.
inline constexpr SocketIndex kTapSocket = 255;

// Which recording's: a number of the node's, below kMaxTaps.
using TapNumber = uint16_t;
inline constexpr size_t kMaxTaps = 1024;

struct Flow {
  TransportAddress remote;
  SocketIndex socket = 0;

  friend constexpr bool operator==(const Flow&, const Flow&) = default;
};

// Where packets for a tap go: its number stands in the place of the port.
constexpr Flow TapFlow(TapNumber tap) { return {{IpAddress::V4({0, 0, 0, 0}), tap}, kTapSocket}; }

// A UDP payload as it arrived. The bytes are valid for as long as `buffer` is retained.
struct Datagram {
  Flow flow;
  BufferId buffer = kNoBuffer;
  Bytes bytes;
  TimePoint received;  // the kernel's receive time stamp
};

}  // namespace baton
