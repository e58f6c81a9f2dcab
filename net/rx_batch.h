// The batch of datagrams that one Receive() returns, made from messages that the kernel filled in.
// Both back ends build theirs here, so that they count and refuse alike.
#pragma once

#include <sys/socket.h>
#include <time.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/buffer_refs.h"
#include "base/bytes.h"
#include "base/datagram.h"
#include "base/time_point.h"
#include "net/event_loop.h"

namespace baton::net {

// Control data that a socket of ours (net/socket.h) attaches to a datagram.
inline constexpr size_t kRxControlSize =
    CMSG_SPACE(sizeof(timespec)) + CMSG_SPACE(sizeof(uint32_t));

class RxBatch {
 public:
  RxBatch(size_t max_datagrams, size_t sockets, BufferRefs& refs, LoopCounters& counters);

  // Drops the references of the batch before and empties it.
  void Clear();

  // Reads the clocks, once for a batch: the kernel stamps with CLOCK_REALTIME, we count in
  // CLOCK_MONOTONIC.
  void ReadClocks();

  size_t room() const { return max_datagrams_ - datagrams_.size(); }

  // Appends what a filled `message` (name, control data and flags) and its payload in `buffer`
  // hold; room() > 0. The buffer is freed at once if that is nothing: a datagram that was cut off.
  void Add(SocketIndex socket, BufferId buffer, const msghdr& message, Bytes payload);

  std::span<const Datagram> datagrams() const { return datagrams_; }

 private:
  struct ControlData {
    int64_t realtime_ns = 0;  // 0: none
    bool has_drops = false;
    uint32_t drops = 0;
  };
  static ControlData ReadControl(const msghdr& message);
  void Append(const Flow& flow, BufferId buffer, Bytes payload, TimePoint received);
  TimePoint ToMonotonic(int64_t realtime_ns) const;
  void CountKernelDrops(SocketIndex socket, uint32_t total);

  BufferRefs& refs_;
  LoopCounters& counters_;
  size_t max_datagrams_;
  std::vector<Datagram> datagrams_;
  std::vector<uint32_t> kernel_drops_;  // by socket: the kernel's running total, which wraps
  TimePoint now_{};
  int64_t realtime_offset_ns_ = 0;  // CLOCK_MONOTONIC less CLOCK_REALTIME
};

}  // namespace baton::net
