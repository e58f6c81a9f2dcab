// Runs: consecutive datagrams to one destination that one message can carry (UDP_SEGMENT).
//
// The kernel cuts a message every `segment_size` bytes, so all datagrams of a run have that size
// but the last, which may be shorter. A shorter one anywhere else would be sent without an error
// and would shift every boundary after it. An empty datagram would vanish, and goes by itself.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/tx_batch.h"

namespace baton::net {

// What the kernel takes in one message: UDP_MAX_SEGMENTS of older kernels, and the UDP payload that
// fits into an IPv4 packet.
inline constexpr size_t kMaxRunDatagrams = 64;
inline constexpr size_t kMaxRunBytes = 65507;

struct TxRun {
  TxBatch::Position first;
  TxBatch::Position next;     // the entry after the run
  uint32_t count = 0;         // datagrams, at least one
  uint32_t bytes = 0;         // of all of them
  uint32_t segment_size = 0;  // of each but the last
  bool scattered = false;     // its entries are not neighbours in memory
};

// The longest run that starts at entry `first` of `batch`, which is not at_end(). `max_datagrams`
// is 1..kMaxRunDatagrams. A datagram longer than kMaxRunBytes is a run by itself, for the kernel to
// refuse.
inline TxRun NextRun(const TxBatch& batch, TxBatch::Position first, size_t max_datagrams) {
  const auto size_of = [&batch](TxBatch::Position i) {
    return static_cast<uint32_t>(batch.entry(i).size());
  };
  TxRun run{first, batch.Next(first), 1, size_of(first), size_of(first), false};
  while (!run.next.at_end() && run.count < max_datagrams) {
    const uint32_t size = size_of(run.next);
    if (size > run.segment_size || size == 0 || run.bytes + size > kMaxRunBytes) break;
    run.scattered |= run.next.extent != first.extent;
    run.next = batch.Next(run.next);
    run.bytes += size;
    ++run.count;
    if (size < run.segment_size) break;
  }
  return run;
}

}  // namespace baton::net
