// What a track notes for the manifest: its gaps and its clocks.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>

#include "record/clock_log.h"
#include "record/gap_log.h"

namespace baton::record {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr uint32_t kRate = 90'000;
// 2026-11-23 22:15:00 UTC.
constexpr int64_t kUnix = 1'795'472'100;
constexpr uint64_t kNtp = (uint64_t{kUnix} + 2'208'988'800) << 32;

uint32_t TimestampAt(Duration time) {
  return static_cast<uint32_t>(time.count() / 1000 * kRate / 1'000'000);
}

TEST(GapLogTest, AGapLastsFromTheEndOfMediaToWhereItGoesOn) {
  v1::Manifest::Track notes;
  GapLog log(notes);
  log.OnFrame(seconds(1), milliseconds(20), false);
  log.OnLost(3);
  log.OnLost(1);
  log.OnFrame(seconds(2), milliseconds(20), true);
  ASSERT_EQ(notes.gaps_size(), 1);
  EXPECT_DOUBLE_EQ(notes.gaps(0).start_seconds(), 1.02);
  EXPECT_DOUBLE_EQ(notes.gaps(0).end_seconds(), 2);
  EXPECT_EQ(notes.gaps(0).packets(), 4u);
  EXPECT_EQ(notes.gaps(0).cause(), v1::Manifest::LOST);
}

TEST(GapLogTest, LossesThatDoNoDamageAreNoGap) {
  v1::Manifest::Track notes;
  GapLog log(notes);
  log.OnFrame(seconds(1), {}, false);
  log.OnLost(2);
  log.OnFrame(seconds(2), {}, false);
  log.OnEnd(seconds(3));
  EXPECT_EQ(notes.gaps_size(), 0);
}

TEST(GapLogTest, CausesAreTold) {
  v1::Manifest::Track notes;
  GapLog log(notes);
  log.OnFrame(seconds(1), {}, true);
  log.OnDropped(seconds(2));
  log.OnLost(1);
  log.OnFrame(seconds(3), {}, true);
  log.OnLost(1);
  log.OnFrame(seconds(30), {}, false);
  log.OnLost(1);
  log.OnEnd(seconds(40));
  ASSERT_EQ(notes.gaps_size(), 3);
  EXPECT_EQ(notes.gaps(0).cause(), v1::Manifest::DAMAGED);
  EXPECT_EQ(notes.gaps(1).cause(), v1::Manifest::DROPPED);
  EXPECT_EQ(notes.gaps(2).cause(), v1::Manifest::LOST);
}

TEST(GapLogTest, WhatIsBeyondTheListIsCounted) {
  v1::Manifest::Track notes;
  GapLog log(notes);
  for (int i = 0; i < GapLog::kMaxListed + 5; ++i) log.OnFrame(seconds(i), {}, true);
  EXPECT_EQ(notes.gaps_size(), GapLog::kMaxListed);
  EXPECT_EQ(notes.gaps_not_listed(), 5u);
}

TEST(ClockLogTest, APointAMinuteAndWhereClocksJump) {
  v1::Manifest::Track notes;
  ClockLog log(notes, kRate);
  EXPECT_TRUE(log.IsDue(0, {}));
  log.Add(0, {}, std::nullopt);
  EXPECT_FALSE(log.IsDue(TimestampAt(seconds(59)), seconds(59)));
  EXPECT_FALSE(log.IsDue(TimestampAt(seconds(59)), seconds(59) + ClockLog::kMaxError));
  EXPECT_TRUE(log.IsDue(TimestampAt(seconds(59)), seconds(59) + milliseconds(11)));
  EXPECT_TRUE(log.IsDue(TimestampAt(minutes(1)), minutes(1)));
}

TEST(ClockLogTest, WallClocksOfBothErasAreDates) {
  v1::Manifest::Track notes;
  ClockLog log(notes, kRate);
  log.Add(1, seconds(1), std::nullopt);
  log.Add(2, seconds(2), kNtp + (uint64_t{1} << 31));
  log.Add(3, seconds(3), uint64_t{5} << 32);        // 2036
  log.Add(4, seconds(4), (uint64_t{1} << 63) | 1);  // 1968
  log.Add(5, seconds(5), kNtp | 0xffffffff);        // rounded up
  EXPECT_FALSE(notes.clock(0).has_wall_clock());
  EXPECT_EQ(notes.clock(1).wall_clock().seconds(), kUnix);
  EXPECT_EQ(notes.clock(1).wall_clock().nanos(), 500'000'000);
  EXPECT_EQ(notes.clock(2).wall_clock().seconds(), 2'085'978'501);
  EXPECT_EQ(notes.clock(3).wall_clock().seconds(), -61'505'152);
  EXPECT_EQ(notes.clock(4).wall_clock().seconds(), kUnix + 1);
  EXPECT_EQ(notes.clock(4).wall_clock().nanos(), 0);
}

TEST(ClockLogTest, PointsGrowSparseRatherThanMany) {
  v1::Manifest::Track notes;
  ClockLog log(notes, kRate);
  for (Duration time{}; time < std::chrono::hours(48); time += seconds(10)) {
    if (log.IsDue(TimestampAt(time), time)) log.Add(TimestampAt(time), time, std::nullopt);
  }
  EXPECT_LE(notes.clock_size(), ClockLog::kMaxPoints);
  EXPECT_GE(notes.clock_size(), ClockLog::kMaxPoints / 2);
  EXPECT_EQ(notes.clock(0).seconds(), 0);
  for (int i = 1; i < notes.clock_size(); ++i) {
    EXPECT_GT(notes.clock(i).seconds(), notes.clock(i - 1).seconds());
  }
}

}  // namespace
}  // namespace baton::record
