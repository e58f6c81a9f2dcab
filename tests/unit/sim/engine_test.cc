#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "base/clock.h"
#include "tests/sim/engine/random_stream.h"
#include "tests/sim/engine/scheduler.h"
#include "tests/sim/engine/trace.h"
#include "tests/sim/engine/virtual_clock.h"

namespace baton::sim {
namespace {

using std::chrono::milliseconds;

class Recorder final : public Actor {
 public:
  explicit Recorder(Scheduler& scheduler) : scheduler_(scheduler) {}

  void Happen(TimePoint now, uint64_t what) override {
    EXPECT_EQ(now, scheduler_.now());
    EXPECT_EQ(now, MonotonicNow()) << "the loops' clock is another one";
    happened.push_back({now - kBeginning, what});
    if (what == 7) scheduler_.At(now, *this, 8);
  }

  std::vector<std::pair<Duration, uint64_t>> happened;

 private:
  Scheduler& scheduler_;
};

TEST(Scheduler, KeepsTheOrderOfTimeAndThenOfScheduling) {
  Scheduler scheduler;
  Recorder recorder(scheduler);
  scheduler.After(milliseconds(2), recorder, 1);
  scheduler.After(milliseconds(1), recorder, 2);
  scheduler.After(milliseconds(2), recorder, 3);
  scheduler.After(milliseconds(1), recorder, 4);
  scheduler.At(kBeginning - milliseconds(1), recorder, 5);
  while (scheduler.RunNext(kNever)) {
  }
  const std::vector<std::pair<Duration, uint64_t>> expected = {{milliseconds(0), 5},
                                                               {milliseconds(1), 2},
                                                               {milliseconds(1), 4},
                                                               {milliseconds(2), 1},
                                                               {milliseconds(2), 3}};
  EXPECT_EQ(recorder.happened, expected);
}

TEST(Scheduler, WhatIsScheduledForNowComesAfterWhatWas) {
  Scheduler scheduler;
  Recorder recorder(scheduler);
  scheduler.After(milliseconds(1), recorder, 7);
  scheduler.After(milliseconds(1), recorder, 9);
  while (scheduler.RunNext(kNever)) {
  }
  ASSERT_EQ(recorder.happened.size(), 3u);
  EXPECT_EQ(recorder.happened[1].second, 9u);
  EXPECT_EQ(recorder.happened[2].second, 8u);
}

TEST(Scheduler, StopsAtTheEndThatItIsGiven) {
  Scheduler scheduler;
  Recorder recorder(scheduler);
  scheduler.After(milliseconds(3), recorder);
  EXPECT_FALSE(scheduler.RunNext(kBeginning + milliseconds(2)));
  EXPECT_EQ(scheduler.now(), kBeginning + milliseconds(2));
  EXPECT_TRUE(scheduler.RunNext(kBeginning + milliseconds(3)));
  EXPECT_EQ(scheduler.pending(), 0u);
}

TEST(RandomStream, ComponentsDoNotDisturbEachOther) {
  Random network = RandomStream(1, "network");
  Random again = RandomStream(1, "network");
  Random other = RandomStream(1, "people");
  Random second = RandomStream(1, "network", 1);
  const uint64_t first = network();
  EXPECT_EQ(again(), first);
  EXPECT_NE(other(), first);
  EXPECT_NE(second(), first);
  EXPECT_NE(RandomStream(2, "network")(), first);
}

TEST(RandomStream, DrawsWithinBounds) {
  Random random(1);
  bool low = false;
  bool high = false;
  for (int i = 0; i < 1000; ++i) {
    const uint64_t drawn = Between(random, 3, 5);
    ASSERT_TRUE(drawn >= 3 && drawn <= 5);
    low |= drawn == 3;
    high |= drawn == 5;
    ASSERT_TRUE(Happens(random, kAlways));
    ASSERT_FALSE(Happens(random, 0));
  }
  EXPECT_TRUE(low && high);
}

TEST(Trace, TheHashKnowsEventsNumbersAndOrder) {
  const auto hash = [](std::vector<std::pair<TraceEvent, uint64_t>> notes) {
    Trace trace;
    for (const auto& [event, number] : notes) trace.Note(event, number);
    return trace.hash();
  };
  const uint64_t reference = hash({{TraceEvent::kPeerSends, 1}, {TraceEvent::kNodeSends, 2}});
  EXPECT_EQ(hash({{TraceEvent::kPeerSends, 1}, {TraceEvent::kNodeSends, 2}}), reference);
  EXPECT_NE(hash({{TraceEvent::kNodeSends, 2}, {TraceEvent::kPeerSends, 1}}), reference);
  EXPECT_NE(hash({{TraceEvent::kPeerSends, 1}, {TraceEvent::kNodeSends, 3}}), reference);
  EXPECT_NE(hash({{TraceEvent::kLinkDrops, 1}, {TraceEvent::kNodeSends, 2}}), reference);
}

}  // namespace
}  // namespace baton::sim
