// The queue of one tap: frames of record/tap_protocol.h on their way from a shard to the thread
// that writes them to a recording process. When it is full packets are dropped, and their place is
// marked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/counter.h"
#include "base/spsc_byte_queue.h"
#include "base/time_point.h"
#include "base/tx_batch.h"

namespace baton {

class TapQueue {
 public:
  // About `bytes`, taken from the system as they are needed. Null if they cannot be had.
  static std::shared_ptr<TapQueue> Create(size_t bytes);

  explicit TapQueue(std::unique_ptr<SpscByteQueue> bytes) : bytes_(std::move(bytes)) {}

  // The shard's thread. Queues a packet that leaves the relay at `now`; false if there was no room.
  bool Push(TimePoint now, const TxBatch::Entry& packet);

  // Drops that no frame tells of yet. To be asked when the shard pushes no more.
  uint64_t untold_drops() const { return untold_; }

  // For the consumer; the producer's side is Push().
  SpscByteQueue& bytes() { return *bytes_; }
  const SpscByteQueue& bytes() const { return *bytes_; }

  // Any thread.
  uint64_t packets() const { return packets_.value(); }
  uint64_t dropped() const { return dropped_.value(); }

 private:
  // A queue that was full takes packets again when one part in so many is free: one long gap costs
  // a recording less than many short ones.
  static constexpr size_t kPartToResume = 16;

  std::unique_ptr<SpscByteQueue> bytes_;
  uint64_t untold_ = 0;
  Counter packets_;
  Counter dropped_;
};

}  // namespace baton
