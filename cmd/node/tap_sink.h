// What a shard does with the part of a batch that is for taps: copies it into their queues. No
// system call for a packet; at most one for a batch, and only while the writing thread sleeps.
#pragma once

#include "base/counter.h"
#include "base/time_point.h"
#include "base/tx_batch.h"
#include "cmd/node/tap_table.h"

namespace baton {

class TapSink {
 public:
  // `taps`: null where nothing is ever recorded.
  explicit TapSink(TapTable* taps) : taps_(taps) {}

  // The shard's thread, in a round that began at `now`.
  void Send(TimePoint now, const TxBatch& batch);

  // Any thread: packets that found no room, or no open tap.
  uint64_t dropped() const { return dropped_.value(); }

 private:
  TapTable* taps_;
  Counter dropped_;
};

}  // namespace baton
