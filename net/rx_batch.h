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
    CMSG_SPACE(sizeof(timespec)) + CMSG_SPACE(sizeof(uint32_t)) + CMSG_SPACE(sizeof(int));

// The most datagrams that the kernel hands over as one piece: UDP_MAX_SEGMENTS of a sender on this
// host, UDP_GRO_CNT_MAX of one elsewhere.
inline constexpr size_t kMaxSegments = 128;

// The most pieces that a loop adds to a batch without asking for room() in between.
inline constexpr size_t kReceiveAtOnce = 32;

class RxBatch {
 public:
  // `enough`: the number of datagrams at which room() ends.
  RxBatch(size_t enough, size_t sockets, BufferRefs& refs, LoopCounters& counters);

  // Drops the references of the batch before and empties it.
  void Clear();

  // Reads the clocks, once for a batch: the kernel stamps with CLOCK_REALTIME, we count in
  // CLOCK_MONOTONIC.
  void ReadClocks();

  static size_t BytesFor(size_t enough) { return Capacity(enough) * sizeof(Datagram); }

  bool room() const { return datagrams_.size() < enough_; }

  // Appends what a filled `message` (name, control data and flags) and its payload in `buffer`
  // hold: a datagram, or several of one size (the last may be shorter) as UDP_GRO joined them. At
  // most kReceiveAtOnce times since there was room(). The buffer is freed at once if there is
  // nothing in it: a datagram that was cut off.
  void Add(SocketIndex socket, BufferId buffer, const msghdr& message, Bytes payload);

  std::span<const Datagram> datagrams() const { return datagrams_; }

 private:
  struct ControlData {
    int64_t realtime_ns = 0;  // 0: none
    bool has_drops = false;
    uint32_t drops = 0;
    size_t segment_size = 0;  // 0: one datagram
  };
  static ControlData ReadControl(const msghdr& message);
  static size_t Capacity(size_t enough) { return enough + kReceiveAtOnce * kMaxSegments; }
  void Append(const Flow& flow, BufferId buffer, Bytes payload, TimePoint received);
  void AppendSegments(const Flow& flow, BufferId buffer, Bytes payload, size_t segment_size,
                      TimePoint received);
  TimePoint ToMonotonic(int64_t realtime_ns) const;
  void CountKernelDrops(SocketIndex socket, uint32_t total);

  BufferRefs& refs_;
  LoopCounters& counters_;
  size_t enough_;
  std::vector<Datagram> datagrams_;
  std::vector<uint32_t> kernel_drops_;  // by socket: the kernel's running total, which wraps
  TimePoint now_{};
  int64_t realtime_offset_ns_ = 0;  // CLOCK_MONOTONIC less CLOCK_REALTIME
};

}  // namespace baton::net
