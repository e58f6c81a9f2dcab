#include "rtp/ntp.h"

#include <gtest/gtest.h>

#include <chrono>

#include "base/random.h"

namespace baton::rtp {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr Duration kHalfSecond = milliseconds(500);

TEST(Ntp, FixedPoint) {
  EXPECT_EQ(NtpFromDuration(Duration(0)), 0u);
  EXPECT_EQ(NtpFromDuration(seconds(1)), uint64_t{1} << 32);
  EXPECT_EQ(NtpFromDuration(seconds(2) + kHalfSecond), 0x0000000280000000u);
  EXPECT_EQ(NtpFromDuration(nanoseconds(1)), 4u) << "4.29, rounded down";
  EXPECT_EQ(NtpFromDuration(seconds(1) - nanoseconds(1)), 0xfffffffbu);
  EXPECT_EQ(NtpFromDuration(seconds(0xffffffff)), 0xffffffff00000000u);
  EXPECT_EQ(NtpFromDuration(seconds(0x100000000)), 0u) << "the next era";
}

// RFC 3550 section 6.4.1, figure 2: 10 November 1995, 11:33:25.125 UTC, is 0xb44db705:20000000.
TEST(Ntp, TheExampleOfTheRfc) {
  const Duration since_1970 = seconds(816003205) + milliseconds(125);
  const uint64_t offset = kNtpUnixOffsetSeconds << 32;
  EXPECT_EQ(NtpFromTime(TimePoint(since_1970), offset), 0xb44db70520000000u);
  EXPECT_EQ(MiddleBits(0xb44db70520000000u), 0xb7052000u);
  EXPECT_EQ(ShortFromDuration(seconds(5) + milliseconds(250)), 0x00054000u);
  EXPECT_EQ(RoundTripTime(0xb7108000, 0xb7052000, 0x00054000), seconds(6) + milliseconds(125));
}

TEST(Ntp, OffsetsWrap) { EXPECT_EQ(NtpFromTime(TimePoint(seconds(1)), 0xffffffff00000000u), 0u); }

TEST(Ntp, ShortsAreClamped) {
  EXPECT_EQ(ShortFromDuration(Duration(0)), 0u);
  EXPECT_EQ(ShortFromDuration(Duration(-1)), 0u);
  EXPECT_EQ(ShortFromDuration(seconds(1)), 0x10000u);
  EXPECT_EQ(ShortFromDuration(seconds(65535)), 0xffff0000u);
  EXPECT_EQ(ShortFromDuration(seconds(65536) - nanoseconds(1)), 0xffffffffu);
  EXPECT_EQ(ShortFromDuration(seconds(65536)), 0xffffffffu);
  EXPECT_EQ(ShortFromDuration(seconds(100000)), 0xffffffffu);
  EXPECT_EQ(DurationFromShort(0x10000), seconds(1));
  EXPECT_EQ(DurationFromShort(1), nanoseconds(15258)) << "15258.8";
  EXPECT_LT(DurationFromShort(0xffffffff), seconds(65536));
}

TEST(Ntp, ShortsLoseLessThanTheirUnit) {
  Random random(1);
  for (int i = 0; i < 10000; ++i) {
    const Duration duration(static_cast<int64_t>(random.Below(65'536'000'000'000)));
    const Duration lost = duration - DurationFromShort(ShortFromDuration(duration));
    ASSERT_GE(lost, Duration(0));
    ASSERT_LE(lost, nanoseconds(15259));
  }
}

TEST(Ntp, RoundTripTime) {
  EXPECT_FALSE(RoundTripTime(1000, 0, 10)) << "no sender report yet";
  EXPECT_EQ(RoundTripTime(0x30000, 0x10000, 0x10000), seconds(1));
  EXPECT_EQ(RoundTripTime(0x20000, 0x10000, 0x10000), Duration(0));
  EXPECT_EQ(RoundTripTime(0x20000, 0x10000, 0x10001), Duration(0)) << "not less than nothing";
  EXPECT_EQ(RoundTripTime(0x00008000, 0xffff8000, 0), seconds(1)) << "the clock wrapped";
  EXPECT_EQ(RoundTripTime(0x80000000, 0x00000001, 0), DurationFromShort(0x7fffffff));
  EXPECT_EQ(RoundTripTime(0x80000001, 0x00000001, 0), Duration(0));
}

}  // namespace
}  // namespace baton::rtp
