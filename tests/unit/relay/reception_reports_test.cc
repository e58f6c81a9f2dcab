#include "relay/reception_reports.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "base/random.h"

namespace baton::relay {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

static_assert(std::is_trivially_copyable_v<ReceptionReports>);

constexpr uint32_t kRate = 90'000;
constexpr rtp::Ssrc kSource{0x12345678};

class ReceptionReportsTest : public testing::Test {
 protected:
  void Receive(uint32_t sequence) {
    reception_.Update(rtp::SequenceNumber(static_cast<uint16_t>(sequence)), rtp::RtpTimestamp(0),
                      now_, kRate);
  }
  // [from, to)
  void ReceiveAll(uint32_t from, uint32_t to) {
    for (uint32_t i = from; i < to; ++i) Receive(i);
  }
  rtp::ReportBlock Make() { return reports_.Make(kSource, reception_, clock_, now_); }

  rtp::Reception reception_;
  ReceptionReports reports_;
  SenderClock clock_{kRate};
  TimePoint now_{hours(1)};
};

TEST_F(ReceptionReportsTest, NothingIsLost) {
  ReceiveAll(1'000, 1'010);
  const rtp::ReportBlock expected{.source = kSource, .highest_sequence = 1'009};
  EXPECT_EQ(Make(), expected);
}

TEST_F(ReceptionReportsTest, TheFractionIsOfWhatWasExpectedSinceTheLastReport) {
  ReceiveAll(0, 100);
  EXPECT_EQ(Make().fraction_lost, 0);
  ReceiveAll(100, 175);
  Receive(199);  // 24 of 100 are lost
  EXPECT_EQ(Make().fraction_lost, 24 * 256 / 100);
  ReceiveAll(200, 300);
  const rtp::ReportBlock block = Make();
  EXPECT_EQ(block.fraction_lost, 0);
  EXPECT_EQ(block.cumulative_lost, 24);
}

TEST_F(ReceptionReportsTest, TheLargestFraction) {
  Receive(0);
  Make();
  Receive(2'999);  // 2998 of 2999 are lost
  EXPECT_EQ(Make().fraction_lost, 255);
}

TEST_F(ReceptionReportsTest, WithoutNewPacketsNothingIsLost) {
  Receive(0);
  Receive(5);
  EXPECT_EQ(Make().fraction_lost, 4 * 256 / 6);
  const rtp::ReportBlock block = Make();
  EXPECT_EQ(block.fraction_lost, 0);
  EXPECT_EQ(block.cumulative_lost, 4);
  EXPECT_EQ(block.highest_sequence, 5u);
}

TEST_F(ReceptionReportsTest, LatePacketsMakeTheLossOfTheirIntervalNegative) {
  Receive(0);
  Receive(5);
  Make();
  ReceiveAll(1, 5);
  Receive(6);
  const rtp::ReportBlock block = Make();
  EXPECT_EQ(block.fraction_lost, 0) << "RFC 3550 A.3: negative is 0";
  EXPECT_EQ(block.cumulative_lost, 0);
}

TEST_F(ReceptionReportsTest, DuplicatesMakeTheLossNegative) {
  Receive(0);
  Receive(0);
  Receive(0);
  const rtp::ReportBlock block = Make();
  EXPECT_EQ(block.fraction_lost, 0);
  EXPECT_EQ(block.cumulative_lost, -2);
}

TEST_F(ReceptionReportsTest, TheLossIsClampedTo24Bits) {
  constexpr int32_t kMax = 0x7fffff;
  // 2999 packets further each time: 2998 are lost.
  uint32_t sequence = 0;
  Receive(sequence);
  while (reception_.lost() + 2'998 < kMax) Receive(sequence += 2'999);
  Receive(sequence += static_cast<uint32_t>(kMax - reception_.lost()) + 1);
  EXPECT_EQ(Make().cumulative_lost, kMax);
  Receive(sequence += 2);
  EXPECT_EQ(reception_.lost(), kMax + 1);
  EXPECT_EQ(Make().cumulative_lost, kMax);
  // And below.
  for (int i = 0; i < kMax + 1; ++i) Receive(sequence);
  while (reception_.lost() > -kMax - 1) Receive(sequence);
  EXPECT_EQ(Make().cumulative_lost, -kMax - 1);
  Receive(sequence);
  EXPECT_EQ(reception_.lost(), -kMax - 2);
  EXPECT_EQ(Make().cumulative_lost, -kMax - 1);
}

TEST_F(ReceptionReportsTest, TheHighestNumberCountsWraps) {
  ReceiveAll(65'534, 65'536);
  EXPECT_EQ(Make().highest_sequence, 65'535u);
  Receive(65'536);
  EXPECT_EQ(Make().highest_sequence, 65'536u);
  Receive(65'535);  // again
  EXPECT_EQ(Make().highest_sequence, 65'536u);
  ReceiveAll(65'537, 3 * 65'536 + 8);
  EXPECT_EQ(Make().highest_sequence, 3 * 65'536u + 7);
}

TEST_F(ReceptionReportsTest, ALossOverTheWrap) {
  Receive(65'535);
  Make();
  Receive(65'536 + 3);
  const rtp::ReportBlock block = Make();
  EXPECT_EQ(block.fraction_lost, 3 * 256 / 4);
  EXPECT_EQ(block.cumulative_lost, 3);
}

TEST_F(ReceptionReportsTest, ARestartOfTheSenderIsNoLoss) {
  ReceiveAll(0, 10);
  Make();
  ReceiveAll(40'000, 40'010);  // the first one announces it and is not counted
  const rtp::ReportBlock block = Make();
  EXPECT_EQ(block.fraction_lost, 0);
  EXPECT_EQ(block.cumulative_lost, 0);
  EXPECT_EQ(block.highest_sequence & 0xffff, 40'009u);
}

TEST_F(ReceptionReportsTest, ShowsTheJitterAndTheLastSenderReport) {
  ReceiveAll(0, 2);
  now_ += milliseconds(16);
  Receive(2);  // 1440 ticks late, of which 1/16 is taken
  clock_.OnSenderReport(0x12345678'9abcdef0, rtp::RtpTimestamp(0), now_);
  now_ += milliseconds(1'500);
  const rtp::ReportBlock block = Make();
  EXPECT_EQ(block.jitter, 90u);
  EXPECT_EQ(block.last_sender_report, 0x56789abcu);
  EXPECT_EQ(block.delay_since_last, 0x18000u);
}

// The intervals add up to the whole.
TEST_F(ReceptionReportsTest, FractionsAreThoseOfTheirIntervals) {
  Random random(uint64_t{3});
  uint32_t sequence = 0;
  uint64_t expected = 0;
  uint64_t received = 0;
  for (int i = 0; i < 20'000; ++i) {
    for (uint64_t n = random.Below(20); n > 0; --n) {
      sequence += 1 + static_cast<uint32_t>(random.OneIn(5) ? random.Below(100) : 0);
      Receive(random.OneIn(10) ? sequence - static_cast<uint32_t>(random.Below(50)) : sequence);
    }
    if (!reception_.started()) continue;
    const uint64_t new_expected = reception_.expected() - expected;
    const uint64_t new_received = reception_.received() - received;
    const rtp::ReportBlock block = Make();
    const double lost = static_cast<double>(new_expected) - static_cast<double>(new_received);
    const double fraction =
        new_expected == 0 ? 0 : std::max(0.0, lost / static_cast<double>(new_expected));
    ASSERT_NEAR(block.fraction_lost, fraction * 256, 1.0);
    ASSERT_LE(block.fraction_lost, fraction * 256) << "rounded down";
    ASSERT_EQ(block.cumulative_lost, reception_.lost());
    expected += new_expected;
    received += new_received;
  }
}

}  // namespace
}  // namespace baton::relay
