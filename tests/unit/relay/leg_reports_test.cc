#include "relay/leg_reports.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "base/random.h"

namespace baton::relay {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

static_assert(std::is_trivially_copyable_v<LegReports>);

class LegReportsTest : public testing::Test {
 protected:
  void SendReport(uint64_t ntp_timestamp) {
    reports_.OnSent({.ntp_timestamp = ntp_timestamp}, now_);
  }
  // A report block comes `after` later, which refers to this report and says that it came so long
  // before, in 1/65536 s.
  std::optional<Duration> Receive(Duration after, uint32_t last_sender_report,
                                  uint32_t delay_since_last) {
    now_ += after;
    return reports_.OnReportBlock(
        {.last_sender_report = last_sender_report, .delay_since_last = delay_since_last}, now_);
  }
  // A round trip of so long is measured.
  void Measure(Duration round_trip) {
    ++reports_sent_;
    SendReport(uint64_t{reports_sent_} << 32);
    ASSERT_EQ(Receive(round_trip, reports_sent_ << 16, 0), round_trip);
  }

  LegReports reports_;
  TimePoint now_{hours(-1)};
  uint32_t reports_sent_ = 0;
};

// RFC 3550 figure 2: sent at 0xb44db705:20000000, delayed by 5.25 s, back at 0xb710:8000.
TEST_F(LegReportsTest, TheExampleOfTheRfc) {
  SendReport(0xb44db705'20000000);
  EXPECT_EQ(Receive(milliseconds(11'375), 0xb705'2000, 0x0005'4000), milliseconds(6'125));
  EXPECT_EQ(reports_.round_trip(), milliseconds(6'125));
}

TEST_F(LegReportsTest, NothingIsKnownBeforeTheFirstReport) {
  EXPECT_FALSE(reports_.reception());
  EXPECT_FALSE(reports_.round_trip());
}

TEST_F(LegReportsTest, TheMiddleOfTheTimestampWraps) {
  SendReport(0x1111ffff'ffffffff);
  EXPECT_EQ(Receive(milliseconds(40), 0xffff'ffff, 0), milliseconds(40));
}

TEST_F(LegReportsTest, KeepsWhatTheSubscriberTellsLast) {
  reports_.OnReportBlock({.fraction_lost = 7, .cumulative_lost = 100, .jitter = 900}, now_);
  reports_.OnReportBlock({.fraction_lost = 255, .cumulative_lost = -5, .jitter = 90}, now_);
  ASSERT_TRUE(reports_.reception());
  EXPECT_EQ(reports_.reception()->fraction_lost, 255);
  EXPECT_EQ(reports_.reception()->cumulative_lost, -5);
  EXPECT_EQ(reports_.reception()->jitter, 90u);
}

TEST_F(LegReportsTest, ASubscriberThatHasNoReportYetShowsNoRoundTrip) {
  EXPECT_FALSE(Receive(milliseconds(40), 0, 0));
  SendReport(0x0001'0000'0000'0001);  // its middle bits are 0, which means none
  EXPECT_FALSE(Receive(milliseconds(40), 0, 0));
  EXPECT_FALSE(reports_.round_trip());
  EXPECT_TRUE(reports_.reception());
}

TEST_F(LegReportsTest, AReportThatWasNotSentShowsNoRoundTrip) {
  now_ = TimePoint();
  EXPECT_FALSE(Receive(milliseconds(40), 0x0001'0000, 0));
  SendReport(0x0000'0001'0000'0000);
  EXPECT_FALSE(Receive(milliseconds(40), 0x0001'0001, 0));
  EXPECT_FALSE(Receive(milliseconds(40), 0x0000'ffff, 0));
  EXPECT_TRUE(Receive(milliseconds(40), 0x0001'0000, 0));
}

TEST_F(LegReportsTest, FourReportsAreRemembered) {
  for (uint64_t i = 1; i <= 9; ++i) {
    SendReport(i << 32);
    for (uint64_t k = 1; k <= 9; ++k) {
      const auto measured = Receive({}, static_cast<uint32_t>(k << 16), 0);
      ASSERT_EQ(measured.has_value(), k <= i && k + 4 > i) << i << " " << k;
      ASSERT_EQ(measured.value_or(seconds(i - k)), seconds(i - k));
    }
    now_ += seconds(1);
  }
}

TEST_F(LegReportsTest, WhatIsNotPlausibleIsRefused) {
  const auto measured = [&](Duration after, uint32_t delay) {
    LegReports reports;
    reports.OnSent({.ntp_timestamp = 0x0000'0001'0000'0000}, now_);
    const auto result = reports.OnReportBlock(
        {.last_sender_report = 0x0001'0000, .delay_since_last = delay}, now_ + after);
    EXPECT_EQ(result, reports.round_trip());
    return result;
  };
  EXPECT_EQ(measured(LegReports::kMaxRoundTrip, 0), LegReports::kMaxRoundTrip);
  EXPECT_FALSE(measured(LegReports::kMaxRoundTrip + Duration(1), 0));
  // A delay of 0.5 s.
  EXPECT_EQ(measured(milliseconds(500), 0x8000), Duration(0));
  EXPECT_EQ(measured(milliseconds(500) - LegReports::kMaxDelayError, 0x8000), Duration(0));
  EXPECT_FALSE(measured(milliseconds(500) - LegReports::kMaxDelayError - Duration(1), 0x8000));
  EXPECT_FALSE(measured(milliseconds(500), 0xffff'ffff));
}

TEST_F(LegReportsTest, WhatIsRefusedChangesNothing) {
  Measure(milliseconds(80));
  EXPECT_FALSE(Receive(seconds(20), 0x0001'0000, 0));
  EXPECT_EQ(reports_.round_trip(), milliseconds(80));
}

TEST_F(LegReportsTest, TheRoundTripIsSmoothed) {
  Measure(milliseconds(80));
  EXPECT_EQ(reports_.round_trip(), milliseconds(80)) << "the first one as it is";
  Measure(milliseconds(160));
  EXPECT_EQ(reports_.round_trip(), milliseconds(90));
  Measure(milliseconds(10));
  EXPECT_EQ(reports_.round_trip(), milliseconds(80));
  for (int i = 0; i < 100; ++i) Measure(milliseconds(20));
  EXPECT_NEAR(static_cast<double>(reports_.round_trip()->count()), 20e6, 1e3);
}

// A subscriber that keeps to RFC 3550 shows the round trip whatever its clock says, to within the
// resolution of the delay.
TEST_F(LegReportsTest, MeasuresAnyPath) {
  Random random(uint64_t{3});
  for (int i = 0; i < 10'000; ++i) {
    const uint64_t ntp = random() | uint64_t{1} << 16;
    const auto round_trip = microseconds(random.Below(2'000'000));
    const auto delay_us = static_cast<int64_t>(random.Below(5'000'000));
    SendReport(ntp);
    const auto measured =
        Receive(round_trip + microseconds(delay_us), static_cast<uint32_t>(ntp >> 16),
                static_cast<uint32_t>(delay_us * 65'536 / 1'000'000));
    ASSERT_TRUE(measured);
    ASSERT_GE(*measured, round_trip);
    ASSERT_LE(*measured - round_trip, microseconds(17));
  }
}

}  // namespace
}  // namespace baton::relay
