#include "relay/sender_clock.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "base/random.h"

namespace baton::relay {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

static_assert(std::is_trivially_copyable_v<SenderClock>);

constexpr uint32_t kRate = 90'000;
constexpr uint64_t kSecond = uint64_t{1} << 32;  // of NTP
constexpr uint64_t kNtp = 0xe1234567'80000000;   // some time, at half a second
constexpr Duration kJustMore{1};

rtp::RtpTimestamp Ticks(uint32_t value) { return rtp::RtpTimestamp(value); }

class SenderClockTest : public testing::Test {
 protected:
  SenderClock clock_{kRate};
  TimePoint now_{hours(-1)};
};

TEST_F(SenderClockTest, KnowsNothingBeforeTheFirstReport) {
  EXPECT_FALSE(clock_.IsUsable(now_));
  EXPECT_FALSE(clock_.TimestampAt(now_));
  EXPECT_FALSE(clock_.NtpAt(now_));
  EXPECT_EQ(clock_.last_sender_report(), 0u);
  EXPECT_EQ(clock_.DelaySinceLast(TimePoint(hours(1))), 0u);
}

TEST_F(SenderClockTest, AReportWithoutWallClockIsOfNoUse) {
  clock_.OnSenderReport(0, Ticks(1), now_);
  EXPECT_FALSE(clock_.IsUsable(now_));
  EXPECT_EQ(clock_.DelaySinceLast(now_ + seconds(1)), 0u);
  clock_.OnSenderReport(kNtp, Ticks(1), now_);
  clock_.OnSenderReport(0, Ticks(77), now_ + seconds(1));
  EXPECT_EQ(clock_.TimestampAt(now_), Ticks(1)) << "and takes nothing away";
}

TEST_F(SenderClockTest, GoesOnWithTheClockRate) {
  clock_.OnSenderReport(kNtp, Ticks(5'000), now_);
  EXPECT_EQ(clock_.TimestampAt(now_), Ticks(5'000));
  EXPECT_EQ(clock_.NtpAt(now_), kNtp);
  const TimePoint later = now_ + milliseconds(2'500);
  EXPECT_EQ(clock_.TimestampAt(later), Ticks(5'000 + 225'000));
  EXPECT_EQ(clock_.NtpAt(later), kNtp + 2 * kSecond + kSecond / 2);
}

TEST_F(SenderClockTest, GoesToTheNearestTick) {
  clock_.OnSenderReport(kNtp, Ticks(0), now_);
  EXPECT_EQ(clock_.TimestampAt(now_ + Duration(33'333'333)), Ticks(3'000));
  EXPECT_EQ(clock_.TimestampAt(now_ + Duration(5'555)), Ticks(0));
  EXPECT_EQ(clock_.TimestampAt(now_ + Duration(5'556)), Ticks(1));
}

TEST_F(SenderClockTest, TimestampsAndErasWrap) {
  constexpr uint64_t kEndOfEra = 0xffffffff'c0000000;
  clock_.OnSenderReport(kEndOfEra, Ticks(0xffffffff), now_);
  const TimePoint later = now_ + milliseconds(500);
  EXPECT_EQ(clock_.TimestampAt(later), Ticks(44'999));
  EXPECT_EQ(clock_.NtpAt(later), 0x40000000u);
  clock_.OnSenderReport(0x40000000, Ticks(44'999), later);
  EXPECT_TRUE(clock_.IsUsable(later)) << "no jump";
  EXPECT_EQ(clock_.last_sender_report(), 0x4000u);
}

TEST_F(SenderClockTest, IsUsableUntilItIsTooOld) {
  clock_.OnSenderReport(kNtp, Ticks(0), now_);
  EXPECT_TRUE(clock_.IsUsable(now_ + SenderClock::kMaxAge));
  EXPECT_FALSE(clock_.IsUsable(now_ + SenderClock::kMaxAge + kJustMore));
  EXPECT_FALSE(clock_.TimestampAt(now_ + SenderClock::kMaxAge + kJustMore));
  EXPECT_FALSE(clock_.NtpAt(now_ + SenderClock::kMaxAge + kJustMore));
}

TEST_F(SenderClockTest, TellsTheMiddleOfTheLastReportAndItsAge) {
  clock_.OnSenderReport(0x12345678'9abcdef0, Ticks(0), now_);
  EXPECT_EQ(clock_.last_sender_report(), 0x56789abcu);
  EXPECT_EQ(clock_.DelaySinceLast(now_), 0u);
  EXPECT_EQ(clock_.DelaySinceLast(now_ + milliseconds(5'250)), 0x00054000u);
  EXPECT_EQ(clock_.DelaySinceLast(now_ + hours(1)), 3600u << 16) << "however old";
  EXPECT_EQ(clock_.DelaySinceLast(now_ + hours(1000)), 0xffffffffu) << "more cannot be said";
}

// --- Jumps
// -----------------------------------------------------------------------------------------

TEST_F(SenderClockTest, FollowsASenderThatDrifts) {
  uint64_t ntp = kNtp;
  uint32_t timestamp = 0xffffff00;
  for (int i = 0; i < 100; ++i) {
    clock_.OnSenderReport(ntp, Ticks(timestamp), now_);
    ASSERT_TRUE(clock_.IsUsable(now_));
    ASSERT_EQ(clock_.TimestampAt(now_), Ticks(timestamp));
    ntp += 5 * kSecond + kSecond / 1000;
    timestamp += 5 * kRate - kRate / 20;
    now_ += seconds(5) + milliseconds(i % 2 == 0 ? 300 : -300);
  }
}

TEST_F(SenderClockTest, AJumpHasToBeConfirmed) {
  clock_.OnSenderReport(kNtp, Ticks(0), now_);
  now_ += seconds(5);
  clock_.OnSenderReport(kNtp + 5 * kSecond, Ticks(777'000'000), now_);
  EXPECT_FALSE(clock_.IsUsable(now_));
  EXPECT_FALSE(clock_.TimestampAt(now_));
  EXPECT_EQ(clock_.last_sender_report(), static_cast<uint32_t>((kNtp + 5 * kSecond) >> 16))
      << "report blocks have it all the same";
  now_ += seconds(5);
  clock_.OnSenderReport(kNtp + 10 * kSecond, Ticks(777'000'000 + 5 * kRate), now_);
  EXPECT_EQ(clock_.TimestampAt(now_), Ticks(777'000'000 + 5 * kRate));
}

TEST_F(SenderClockTest, WhatIsAJump) {
  const auto usable_after = [&](Duration wall, int32_t media, Duration elapsed) {
    SenderClock clock(kRate);
    clock.OnSenderReport(kNtp, Ticks(0), now_);
    const auto ntp_ms = static_cast<uint64_t>(wall / milliseconds(1));
    clock.OnSenderReport(kNtp + ntp_ms * kSecond / 1000, Ticks(static_cast<uint32_t>(media)),
                         now_ + elapsed);
    return clock.IsUsable(now_ + elapsed);
  };
  const int32_t five = 5 * kRate;
  EXPECT_TRUE(usable_after(seconds(5), five, seconds(5)));
  EXPECT_TRUE(usable_after(seconds(5), five + 8'998, seconds(5)));
  EXPECT_FALSE(usable_after(seconds(5), five + 9'002, seconds(5)));
  EXPECT_TRUE(usable_after(seconds(5), five - 8'998, seconds(5)));
  EXPECT_FALSE(usable_after(seconds(5), five - 9'002, seconds(5)));
  EXPECT_TRUE(usable_after(seconds(5), five, milliseconds(5'990)));
  EXPECT_FALSE(usable_after(seconds(5), five, milliseconds(6'010)));
  EXPECT_TRUE(usable_after(seconds(5), five, milliseconds(4'010)));
  EXPECT_FALSE(usable_after(seconds(5), five, milliseconds(3'990)));
  EXPECT_FALSE(usable_after(hours(1), five, seconds(5))) << "the wall clock was set";
}

TEST_F(SenderClockTest, AnOldReportThatWasOvertakenChangesNothing) {
  clock_.OnSenderReport(kNtp, Ticks(0), now_);
  clock_.OnSenderReport(kNtp - kSecond, Ticks(0 - kRate), now_ + milliseconds(10));
  EXPECT_EQ(clock_.TimestampAt(now_), Ticks(0));
  EXPECT_EQ(clock_.last_sender_report(), static_cast<uint32_t>(kNtp >> 16));
}

TEST_F(SenderClockTest, TheSameReportAgainChangesNothing) {
  clock_.OnSenderReport(kNtp, Ticks(0), now_);
  clock_.OnSenderReport(kNtp, Ticks(0), now_ + milliseconds(10));
  EXPECT_EQ(clock_.TimestampAt(now_), Ticks(0));
  clock_.OnSenderReport(kNtp + kSecond, Ticks(777'000'000), now_ + seconds(1));
  clock_.OnSenderReport(kNtp + kSecond, Ticks(777'000'000), now_ + seconds(1));
  EXPECT_FALSE(clock_.IsUsable(now_ + seconds(1))) << "it does not confirm itself";
}

TEST_F(SenderClockTest, AWallClockThatIsSetBackIsAJump) {
  clock_.OnSenderReport(kNtp, Ticks(0), now_);
  now_ += seconds(5);
  clock_.OnSenderReport(kNtp - 60 * kSecond, Ticks(5 * kRate), now_);
  EXPECT_FALSE(clock_.IsUsable(now_));
}

TEST_F(SenderClockTest, AfterALongSilenceTheClockBeginsAnew) {
  clock_.OnSenderReport(kNtp, Ticks(0), now_);
  now_ += SenderClock::kMaxAge + kJustMore;
  clock_.OnSenderReport(1, Ticks(42), now_);
  EXPECT_EQ(clock_.TimestampAt(now_), Ticks(42));
}

// --- Two streams of one publisher
// -------------------------------------------------------------------

TEST_F(SenderClockTest, FindsTheSameInstantInAnotherStream) {
  SenderClock other(kRate);
  other.OnSenderReport(kNtp, Ticks(1'000'000), now_);
  now_ += seconds(2);
  clock_.OnSenderReport(kNtp + 2 * kSecond, Ticks(0xfffffff0), now_);
  // At the report of `other`, two seconds before that of clock_.
  EXPECT_EQ(clock_.SameInstant(other, Ticks(1'000'000), now_), Ticks(0xfffffff0 - 2 * kRate));
  EXPECT_EQ(clock_.SameInstant(other, Ticks(1'000'000 + 3 * kRate), now_),
            Ticks(0xfffffff0 + kRate));
  EXPECT_EQ(other.SameInstant(clock_, Ticks(0xfffffff0), now_), Ticks(1'000'000 + 2 * kRate));
  EXPECT_EQ(other.SameInstant(other, Ticks(1'234'567), now_), Ticks(1'234'567));
}

TEST_F(SenderClockTest, TheStreamsMayHaveDifferentClockRates) {
  SenderClock audio(48'000);
  audio.OnSenderReport(kNtp, Ticks(0), now_);
  clock_.OnSenderReport(kNtp, Ticks(0), now_);
  EXPECT_EQ(clock_.SameInstant(audio, Ticks(960), now_), Ticks(1'800));
  EXPECT_EQ(audio.SameInstant(clock_, Ticks(1'800), now_), Ticks(960));
  EXPECT_EQ(clock_.SameInstant(audio, Ticks(0 - 1), now_), Ticks(0 - 2)) << "-1.875";
  EXPECT_EQ(clock_.SameInstant(audio, Ticks(0 - 3), now_), Ticks(0 - 6)) << "-5.625";
  EXPECT_EQ(clock_.SameInstant(audio, Ticks(0 - 5), now_), Ticks(0 - 9)) << "-9.375";
}

TEST_F(SenderClockTest, ThereIsNoSameInstantWithoutTwoClocks) {
  SenderClock other(kRate);
  clock_.OnSenderReport(kNtp, Ticks(0), now_);
  EXPECT_FALSE(clock_.SameInstant(other, Ticks(0), now_));
  EXPECT_FALSE(other.SameInstant(clock_, Ticks(0), now_));
  other.OnSenderReport(kNtp, Ticks(0), now_);
  EXPECT_TRUE(clock_.SameInstant(other, Ticks(0), now_));
  EXPECT_FALSE(clock_.SameInstant(other, Ticks(0), now_ + SenderClock::kMaxAge + kJustMore));
  now_ += seconds(20);
  other.OnSenderReport(kNtp + 20 * kSecond, Ticks(20 * kRate), now_);
  EXPECT_TRUE(clock_.SameInstant(other, Ticks(20 * kRate), now_));
  now_ += seconds(11);
  EXPECT_FALSE(clock_.SameInstant(other, Ticks(20 * kRate), now_)) << "only one is too old";
  EXPECT_FALSE(other.SameInstant(clock_, Ticks(20 * kRate), now_));
}

TEST_F(SenderClockTest, ATimestampFarFromTheReportIsNotBelieved) {
  clock_.OnSenderReport(kNtp, Ticks(0), now_);
  constexpr uint32_t kMax = 30 * kRate;
  EXPECT_TRUE(clock_.SameInstant(clock_, Ticks(kMax), now_));
  EXPECT_FALSE(clock_.SameInstant(clock_, Ticks(kMax + 1), now_));
  EXPECT_TRUE(clock_.SameInstant(clock_, Ticks(0 - kMax), now_));
  EXPECT_FALSE(clock_.SameInstant(clock_, Ticks(0 - kMax - 1), now_));
}

TEST_F(SenderClockTest, ClocksThatShowDifferentTimesAreNotCompared) {
  for (const int64_t skew_ms : {-1'010, -990, 0, 990, 1'010}) {
    SenderClock other(kRate);
    other.OnSenderReport(kNtp + static_cast<uint64_t>(skew_ms) * (kSecond / 1000), Ticks(0), now_);
    clock_ = SenderClock(kRate);
    clock_.OnSenderReport(kNtp, Ticks(0), now_);
    const bool same = std::abs(skew_ms) < 1'000;
    EXPECT_EQ(clock_.SameInstant(other, Ticks(0), now_).has_value(), same) << skew_ms;
    EXPECT_EQ(other.SameInstant(clock_, Ticks(0), now_).has_value(), same) << skew_ms;
  }
}

// There and back again is the same, within the ticks that both ways round to.
TEST_F(SenderClockTest, TheSameInstantIsMutual) {
  Random random(uint64_t{3});
  for (int i = 0; i < 10'000; ++i) {
    SenderClock other(kRate);
    const uint64_t apart_ms = random.Below(5'000);
    clock_ = SenderClock(kRate);
    clock_.OnSenderReport(kNtp, Ticks(random.U32()), now_);
    const TimePoint later = now_ + milliseconds(apart_ms);
    other.OnSenderReport(kNtp + apart_ms * kSecond / 1000, Ticks(random.U32()), later);
    const rtp::RtpTimestamp timestamp(clock_.TimestampAt(later)->value() +
                                      static_cast<uint32_t>(random.Below(20 * kRate)));
    const auto there = other.SameInstant(clock_, timestamp, later);
    ASSERT_TRUE(there);
    const auto back = clock_.SameInstant(other, *there, later);
    ASSERT_TRUE(back);
    ASSERT_LE(std::abs(static_cast<int32_t>(back->value() - timestamp.value())), 1);
  }
}

TEST_F(SenderClockTest, AnyReportsAreSafe) {
  Random random(uint64_t{5});
  for (int i = 0; i < 100'000; ++i) {
    const auto rate = random.OneIn(2) ? kRate : 1 | random.U32();
    SenderClock one(rate);
    SenderClock other(1 | random.U32());
    for (int k = 0; k < 3; ++k) {
      now_ += milliseconds(random.Below(20'000));
      one.OnSenderReport(random(), Ticks(random.U32()), now_);
      other.OnSenderReport(random(), Ticks(random.U32()), now_);
      one.TimestampAt(now_ + seconds(1));
      one.NtpAt(now_ + seconds(1));
      one.SameInstant(other, Ticks(random.U32()), now_);
    }
  }
}

}  // namespace
}  // namespace baton::relay
