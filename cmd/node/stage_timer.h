// How long a shard's batches take from stage to stage. Reads the clock for one batch in
// kSampleEvery, and for the others does nothing but count. One thread writes, any thread reads.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/batch_stage.h"
#include "base/clock.h"
#include "base/counter.h"
#include "base/time_point.h"

namespace baton {

// Times in ns: powers of two up to 2^33 ns (8.6 s).
using LatencyHistogram = PowerHistogram<34>;

class StageTimer {
 public:
  static constexpr uint32_t kSampleEvery = 16;

  // A batch whose first datagram reached the kernel at `received` is in hand at `now`.
  void Begin(TimePoint received, TimePoint now) {
    sampling_ = ++batches_ % kSampleEvery == 0;
    if (!sampling_) return;
    reached_ = received;
    Record(BatchStage::kReceived, now);
  }
  void Reached(BatchStage stage) {
    if (!sampling_) return;
    Record(stage, MonotonicNow());
    if (stage == BatchStage::kCompleted) sampling_ = false;
  }
  // Of the time since the stage before.
  const LatencyHistogram& histogram(BatchStage stage) const {
    return histograms_[static_cast<size_t>(stage)];
  }

 private:
  void Record(BatchStage stage, TimePoint now) {
    const int64_t ns = (now - reached_).count();
    histograms_[static_cast<size_t>(stage)].Record(static_cast<uint64_t>(std::max<int64_t>(ns, 0)));
    reached_ = now;
  }

  std::array<LatencyHistogram, kBatchStages> histograms_;
  TimePoint reached_;
  uint32_t batches_ = 0;
  bool sampling_ = false;
};

}  // namespace baton
