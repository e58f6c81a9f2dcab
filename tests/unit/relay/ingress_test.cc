#include "relay/ingress.h"

#include <gtest/gtest.h>

#include <set>

#include "base/random.h"
#include "tests/unit/relay/harness.h"

namespace baton::relay {
namespace {

using std::chrono::milliseconds;

constexpr size_t kSize = 100;

class IngressTest : public testing::Test {
 protected:
  // The number and timestamp that come out, or why not.
  std::optional<Ingress::Accepted> Accept(uint16_t sequence, uint32_t timestamp = 0) {
    return ingress_.Accept(
        {rtp::SequenceNumber(sequence), rtp::RtpTimestamp(timestamp), kSize, now_, false}, reason_);
  }
  uint64_t Number(uint16_t sequence) { return Accept(sequence)->sequence.value(); }

  Ingress ingress_{90'000};
  TimePoint now_{std::chrono::hours(1)};
  DropReason reason_{};
};

TEST_F(IngressTest, PassesOnTheTracksOwnDistances) {
  const uint64_t first = Number(65'535);
  EXPECT_EQ(Number(0), first + 1);  // over the wrap
  EXPECT_EQ(Number(5), first + 6);
  EXPECT_EQ(Number(3), first + 4);  // late
  EXPECT_EQ(ingress_.bytes(), 4 * kSize);
}

TEST_F(IngressTest, DropsDuplicates) {
  Accept(100);
  EXPECT_FALSE(Accept(100));
  EXPECT_EQ(reason_, DropReason::kDuplicate);
  EXPECT_EQ(ingress_.bytes(), kSize);
}

TEST_F(IngressTest, ContinuesARestartBehindAHoleAndThatOfThePacketThatAnnouncedIt) {
  const uint64_t last = Number(100);
  EXPECT_FALSE(Accept(40'000));
  EXPECT_EQ(reason_, DropReason::kSequenceJump);
  EXPECT_EQ(Number(40'001), last + 3);
  EXPECT_EQ(Number(40'002), last + 4);
}

TEST_F(IngressTest, GivesNoNumberTwiceToPacketsThatAreLateAfterARestart) {
  const uint64_t last = Number(100);
  EXPECT_FALSE(Accept(40'000));
  EXPECT_EQ(Number(40'001), last + 3);
  EXPECT_EQ(Number(40'000), last + 2);  // again: the hole is there for it
  EXPECT_FALSE(Accept(39'999));         // the other hole stays one
  EXPECT_EQ(reason_, DropReason::kSequenceJump);
  EXPECT_EQ(Number(40'002), last + 4);
}

TEST_F(IngressTest, PlacesTheNewTimelineWhereTheOldOneWouldBe) {
  const uint32_t before = Accept(100, 5'000)->timestamp.value();
  EXPECT_EQ(before, 5'000u);
  now_ += milliseconds(200);
  Accept(40'000, 777'000'000);
  const auto first = Accept(40'001, 777'000'000);
  EXPECT_EQ(first->timestamp.value(), 5'000u + 18'000);  // 200 ms at 90 kHz
  EXPECT_EQ(Accept(40'002, 777'003'000)->timestamp.value(), 5'000u + 21'000);
}

TEST_F(IngressTest, ARestartAtOnceIsStillAnotherFrame) {
  Accept(100, 5'000);
  Accept(40'000, 1);
  EXPECT_EQ(Accept(40'001, 1)->timestamp.value(), 5'001u);
}

TEST_F(IngressTest, GivesEachNumberOnceWhateverTheSenderDoes) {
  Random random(uint64_t{3});
  std::set<uint64_t> given;
  uint16_t sequence = 0;
  for (int i = 0; i < 100'000; ++i) {
    now_ += milliseconds(1);
    if (random.OneIn(300)) sequence = random.U16();
    sequence = static_cast<uint16_t>(sequence + 1);
    const auto late = static_cast<uint16_t>(random.OneIn(10) ? random.Below(120) : 0);
    const auto accepted = Accept(static_cast<uint16_t>(sequence - late));
    if (accepted) {
      ASSERT_TRUE(given.insert(accepted->sequence.value()).second) << i;
    }
  }
}

}  // namespace
}  // namespace baton::relay
