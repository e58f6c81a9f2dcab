#include "bench/impair/delay_queue.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <vector>

#include "base/random.h"

namespace baton::impair {
namespace {

TimePoint At(int64_t ns) { return TimePoint(Duration(ns)); }

TEST(DelayQueue, GivesNothingBeforeItIsDue) {
  DelayQueue<int> queue(2);
  EXPECT_EQ(queue.next(), kNever);
  EXPECT_FALSE(queue.PopDue(kNever));
  ASSERT_TRUE(queue.Push(At(10), 1));
  EXPECT_EQ(queue.next(), At(10));
  EXPECT_FALSE(queue.PopDue(At(9)));
  EXPECT_EQ(queue.size(), 1U);
  EXPECT_EQ(queue.PopDue(At(10)), 1);
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_EQ(queue.next(), kNever);
}

TEST(DelayQueue, RefusesWhenFullAndRecovers) {
  DelayQueue<int> queue(2);
  ASSERT_TRUE(queue.Push(At(1), 1));
  EXPECT_FALSE(queue.full());
  ASSERT_TRUE(queue.Push(At(3), 3));
  EXPECT_TRUE(queue.full());
  EXPECT_FALSE(queue.Push(At(2), 2));
  EXPECT_EQ(queue.size(), 2U);
  EXPECT_EQ(queue.PopDue(At(5)), 1);
  EXPECT_TRUE(queue.Push(At(4), 4));
  EXPECT_EQ(queue.PopDue(At(5)), 3);
  EXPECT_EQ(queue.PopDue(At(5)), 4);
  EXPECT_FALSE(queue.PopDue(At(5)));
}

TEST(DelayQueue, HasNoRoomIfThatIsWhatItWasMadeWith) {
  DelayQueue<int> queue(0);
  EXPECT_TRUE(queue.full());
  EXPECT_FALSE(queue.Push(At(0), 1));
}

TEST(DelayQueue, TakesWhatCanOnlyBeMoved) {
  DelayQueue<std::unique_ptr<int>> queue(1);
  ASSERT_TRUE(queue.Push(At(0), std::make_unique<int>(7)));
  EXPECT_EQ(**queue.PopDue(At(0)), 7);
}

// Against a std::multimap, which keeps the order of equal keys.
TEST(DelayQueue, AgreesWithAMultimap) {
  Random random(1);
  DelayQueue<int> queue(64);
  std::multimap<TimePoint, int> model;
  for (int step = 0; step < 50'000; ++step) {
    if (random.OneIn(2)) {
      const TimePoint at = At(static_cast<int64_t>(random.Below(50)));
      const bool room = model.size() < 64;
      ASSERT_EQ(queue.Push(at, step), room);
      if (room) model.emplace(at, step);
    } else {
      const TimePoint now = At(static_cast<int64_t>(random.Below(50)));
      const bool due = !model.empty() && model.begin()->first <= now;
      const std::optional<int> popped = queue.PopDue(now);
      ASSERT_EQ(popped.has_value(), due);
      if (due) {
        ASSERT_EQ(*popped, model.begin()->second);
        model.erase(model.begin());
      }
    }
    ASSERT_EQ(queue.size(), model.size());
    ASSERT_EQ(queue.next(), model.empty() ? kNever : model.begin()->first);
  }
}

}  // namespace
}  // namespace baton::impair
