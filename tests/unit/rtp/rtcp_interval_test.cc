#include "rtp/rtcp_interval.h"

#include <gtest/gtest.h>

#include <chrono>

namespace baton::rtp {
namespace {

// The random number that gives the interval itself, before compensation.
constexpr uint32_t kMiddle = 0x80000000;
constexpr double kCompensation = 2.718281828459045 - 1.5;

double Seconds(const RtcpTraffic& traffic, uint32_t random = kMiddle) {
  return std::chrono::duration<double>(RtcpInterval(traffic, random)).count() * kCompensation;
}

RtcpTraffic Sending(uint64_t bits_per_second, uint32_t average_size) {
  return {bits_per_second, average_size, false, true};
}

TEST(RtcpInterval, FivePercentAreSharedByTwo) {
  // 16 kbit/s: RTCP has 100 bytes a second, and each of the two half of that.
  EXPECT_NEAR(Seconds(Sending(16'000, 500)), 10.0, 1e-6);
  EXPECT_NEAR(Seconds(Sending(16'000, 250)), 5.0, 1e-6);
  EXPECT_NEAR(Seconds(Sending(32'000, 1000)), 10.0, 1e-6);
}

TEST(RtcpInterval, WhoOnlyReceivesHasThreeQuarters) {
  RtcpTraffic traffic = Sending(16'000, 600);
  EXPECT_NEAR(Seconds(traffic), 12.0, 1e-6);
  traffic.anyone_sends = false;
  EXPECT_NEAR(Seconds(traffic), 16.0, 1e-6);
}

TEST(RtcpInterval, TheMinimumIsReducedForFastSessions) {
  EXPECT_NEAR(Seconds(Sending(72'000, 1)), 5.0, 1e-6) << "where both minima meet";
  EXPECT_NEAR(Seconds(Sending(64'000, 1)), 5.0, 1e-6) << "never above 5 s";
  EXPECT_NEAR(Seconds(Sending(360'000, 1)), 1.0, 1e-6);
  EXPECT_NEAR(Seconds(Sending(3'600'000, 1)), 0.1, 1e-6);
}

TEST(RtcpInterval, HalfTheMinimumAtFirst) {
  RtcpTraffic traffic = Sending(360'000, 1);
  traffic.initial = true;
  EXPECT_NEAR(Seconds(traffic), 0.5, 1e-6);
  traffic = Sending(16'000, 500);
  traffic.initial = true;
  EXPECT_NEAR(Seconds(traffic), 10.0, 1e-6) << "the bandwidth's share stays";
}

TEST(RtcpInterval, IsSpreadFromHalfToOneAndAHalf) {
  const RtcpTraffic traffic = Sending(360'000, 1);
  EXPECT_NEAR(Seconds(traffic, 0), 0.5, 1e-6);
  EXPECT_NEAR(Seconds(traffic, 0x40000000), 0.75, 1e-6);
  EXPECT_NEAR(Seconds(traffic, 0xffffffff), 1.5, 1e-6);
  EXPECT_LT(Seconds(traffic, 0xffffffff), 1.5);
}

TEST(RtcpInterval, IsDividedByEMinusThreeHalves) {
  const Duration interval = RtcpInterval(Sending(360'000, 1), kMiddle);
  EXPECT_NEAR(std::chrono::duration<double>(interval).count(), 1 / 1.21828, 1e-5);
}

TEST(RtcpInterval, ExtremesStayInRange) {
  EXPECT_GT(RtcpInterval(Sending(1, 65535), 0xffffffff), Duration(0));
  EXPECT_GE(RtcpInterval(Sending(~uint64_t{0}, 0), 0), Duration(0));
}

TEST(AverageRtcpSize, MovesBySixteenths) {
  AverageRtcpSize average(100);
  EXPECT_EQ(average.bytes(), 100u);
  average.Add(116);
  EXPECT_EQ(average.bytes(), 101u);
  average.Add(101);
  EXPECT_EQ(average.bytes(), 101u);
}

TEST(AverageRtcpSize, ConvergesFromBothSides) {
  for (const size_t first : {size_t{0}, size_t{65535}}) {
    AverageRtcpSize average(first);
    for (int i = 0; i < 500; ++i) average.Add(128);
    EXPECT_NEAR(average.bytes(), 128, 1);
  }
  AverageRtcpSize largest(65535);
  for (int i = 0; i < 500; ++i) largest.Add(65535);
  EXPECT_NEAR(largest.bytes(), 65535, 1);
}

}  // namespace
}  // namespace baton::rtp
