#include "cmd/node/stage_timer.h"

#include <gtest/gtest.h>

namespace baton {
namespace {

uint64_t Count(const LatencyHistogram& histogram) {
  uint64_t count = 0;
  for (size_t i = 0; i < LatencyHistogram::kSize; ++i) count += histogram.bucket(i);
  return count;
}

TEST(StageTimer, SamplesOneBatchInSoMany) {
  StageTimer timer;
  const TimePoint received = MonotonicNow();
  for (uint32_t batch = 0; batch < 5 * StageTimer::kSampleEvery; ++batch) {
    timer.Begin(received, received + std::chrono::microseconds(5));
    for (size_t stage = 1; stage < kBatchStages; ++stage) {
      timer.Reached(static_cast<BatchStage>(stage));
    }
    // A batch that is sent in parts: what comes after the first is not told.
    timer.Reached(BatchStage::kSubmitted);
    timer.Reached(BatchStage::kCompleted);
  }
  for (size_t stage = 0; stage < kBatchStages; ++stage) {
    EXPECT_EQ(Count(timer.histogram(static_cast<BatchStage>(stage))), 5u) << stage;
  }
  EXPECT_EQ(timer.histogram(BatchStage::kReceived).sum(), 5u * 5000);
}

TEST(StageTimer, ABatchThatSendsNothingEndsWithTheNext) {
  StageTimer timer;
  const TimePoint now = MonotonicNow();
  for (uint32_t batch = 0; batch < StageTimer::kSampleEvery; ++batch) timer.Begin(now, now);
  timer.Reached(BatchStage::kParsed);
  timer.Begin(now, now);
  timer.Reached(BatchStage::kCompleted);
  EXPECT_EQ(Count(timer.histogram(BatchStage::kParsed)), 1u);
  EXPECT_EQ(Count(timer.histogram(BatchStage::kCompleted)), 0u);
}

// A clock that was set back must not become a stage of centuries.
TEST(StageTimer, TimeNeverRunsBackwards) {
  StageTimer timer;
  const TimePoint now = MonotonicNow();
  for (uint32_t batch = 0; batch < StageTimer::kSampleEvery; ++batch) {
    timer.Begin(now + std::chrono::hours(1), now);
  }
  EXPECT_EQ(timer.histogram(BatchStage::kReceived).sum(), 0u);
}

}  // namespace
}  // namespace baton
