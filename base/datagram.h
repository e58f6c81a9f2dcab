// What net/ hands to whoever understands datagrams.
#pragma once

#include <cstdint>

#include "base/address.h"
#include "base/buffer_refs.h"
#include "base/bytes.h"
#include "base/time_point.h"

namespace baton {

// Which of a shard's sockets; with the remote address, the flow.
using SocketIndex = uint8_t;

struct Flow {
  TransportAddress remote;
  SocketIndex socket = 0;

  friend constexpr bool operator==(const Flow&, const Flow&) = default;
};

// A UDP payload as it arrived. The bytes are valid for as long as `buffer` is retained.
struct Datagram {
  Flow flow;
  BufferId buffer = kNoBuffer;
  Bytes bytes;
  TimePoint received;  // the kernel's receive time stamp
};

}  // namespace baton
