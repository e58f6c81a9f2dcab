#include "bench/load/units.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"

namespace baton::bench {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;

TEST(Units, DurationsHaveAUnitOrAreSeconds) {
  EXPECT_EQ(*ParseDuration("10s"), seconds(10));
  EXPECT_EQ(*ParseDuration("10"), seconds(10));
  EXPECT_EQ(*ParseDuration("0.5"), milliseconds(500));
  EXPECT_EQ(*ParseDuration("1.5ms"), microseconds(1500));
  EXPECT_EQ(*ParseDuration("250us"), microseconds(250));
  EXPECT_EQ(*ParseDuration("30ns"), Duration(30));
  EXPECT_EQ(*ParseDuration("2m"), minutes(2));
  EXPECT_EQ(*ParseDuration("8760h"), hours(8760));
  EXPECT_EQ(*ParseDuration("0s"), Duration(0));
}

TEST(Units, WhatIsNoDurationIsRefusedWithWhatToWrite) {
  for (const char* text : {"", "s", "-1s", "+1s", "1 s", "1e3s", "1.s", ".5s", "1.2.3s", "1x", "1S",
                           "1.5ns", "9000h", "99999999999999999999s", "0x10s", "1s\n", "inf"}) {
    const auto duration = ParseDuration(text);
    ASSERT_FALSE(duration.ok()) << text;
    EXPECT_THAT(std::string(duration.status().message()), HasSubstr("such as 10s")) << text;
  }
}

TEST(Units, DurationsAreWrittenInTheLargestUnitThatLosesNothing) {
  EXPECT_EQ(FormatDuration(seconds(10)), "10s");
  EXPECT_EQ(FormatDuration(seconds(120)), "2m");
  EXPECT_EQ(FormatDuration(microseconds(1500)), "1500us");
  EXPECT_EQ(FormatDuration(Duration(0)), "0s");
  Random random(1);
  for (int i = 0; i < 1000; ++i) {
    const Duration duration(static_cast<Duration::rep>(random.Below(uint64_t{1} << 50)));
    EXPECT_EQ(*ParseDuration(FormatDuration(duration)), duration);
  }
}

TEST(Units, CountsAreWhole) {
  EXPECT_EQ(*ParseCount("2.5M"), 2'500'000u);
  EXPECT_EQ(*ParseCount("300k"), 300'000u);
  EXPECT_EQ(*ParseCount("1G"), 1'000'000'000u);
  EXPECT_EQ(*ParseCount("1.000"), 1u);
  for (const char* text : {"", "-5", "2.5", "1.2345k", "5m", "k", "1 k", "1KB", "99999999999G"}) {
    EXPECT_FALSE(ParseCount(text).ok()) << text;
  }
}

TEST(Units, CountsReadBackAsWritten) {
  EXPECT_EQ(FormatCount(2'500'000), "2.5M");
  EXPECT_EQ(FormatCount(300'000), "300k");
  EXPECT_EQ(FormatCount(1200), "1200");
  EXPECT_EQ(FormatCount(12'345), "12345");
  EXPECT_EQ(FormatCount(0), "0");
  Random random(2);
  for (int i = 0; i < 1000; ++i) {
    const uint64_t count = random.Below(uint64_t{1} << random.Below(50)) * 100;
    EXPECT_EQ(*ParseCount(FormatCount(count)), count);
  }
}

TEST(Units, SharesArePercentagesOrFractions) {
  EXPECT_EQ(*ParseShare("0.1%"), 0.001);
  EXPECT_EQ(*ParseShare("0.001"), 0.001);
  EXPECT_EQ(*ParseShare("100%"), 1);
  EXPECT_EQ(*ParseShare("0"), 0);
  for (const char* text : {"", "%", "101%", "1.1", "-1%", "1 %", "0.1%%"}) {
    EXPECT_FALSE(ParseShare(text).ok()) << text;
  }
}

TEST(Units, Numbers) {
  EXPECT_EQ(*ParseNumber("12.5"), 12.5);
  EXPECT_EQ(*ParseNumber("5"), 5);
  for (const char* text : {"", "5k", "1e3", "-1", "nan"}) EXPECT_FALSE(ParseNumber(text).ok());
}

TEST(Units, RoundedForPeople) {
  EXPECT_EQ(RoundedDuration(0), "0 ns");
  EXPECT_EQ(RoundedDuration(812), "812 ns");
  EXPECT_EQ(RoundedDuration(812.4), "812 ns");
  EXPECT_EQ(RoundedDuration(999.7), "1.00 us");
  EXPECT_EQ(RoundedDuration(10'240'000), "10.2 ms");
  EXPECT_EQ(RoundedDuration(9'999'000), "10.0 ms");
  EXPECT_EQ(RoundedDuration(1.5e9), "1.50 s");
  EXPECT_EQ(RoundedDuration(4.4e12), "4400 s");
  EXPECT_EQ(RoundedCount(812), "812");
  EXPECT_EQ(RoundedCount(1'234'567), "1.23 M");
  EXPECT_EQ(RoundedBytes(1'500'000), "1.50 MB");
  EXPECT_EQ(RoundedBitrate(2'512'000), "2.51 Mbit/s");
  EXPECT_EQ(RoundedCount(1.0 / 0.0), "?");
}

TEST(Units, ASmallShareIsNotWrittenAsNone) {
  EXPECT_EQ(RoundedShare(0), "0 %");
  EXPECT_EQ(RoundedShare(0.123), "12.3 %");
  EXPECT_EQ(RoundedShare(0.000123), "0.0123 %");
  EXPECT_EQ(RoundedShare(1e-7), "0.0000100 %");
  EXPECT_EQ(RoundedShare(1e-12), "< 0.000001 %");
  EXPECT_EQ(RoundedShare(1), "100 %");
}

TEST(Units, GroupedCounts) {
  EXPECT_EQ(GroupedCount(0), "0");
  EXPECT_EQ(GroupedCount(999), "999");
  EXPECT_EQ(GroupedCount(1000), "1,000");
  EXPECT_EQ(GroupedCount(1234567), "1,234,567");
}

}  // namespace
}  // namespace baton::bench
