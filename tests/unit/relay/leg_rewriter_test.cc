#include "relay/leg_rewriter.h"

#include <gtest/gtest.h>

#include <set>

#include "base/random.h"

namespace baton::relay {
namespace {

constexpr rtp::RtpTimestamp kAnyTime(0);

std::optional<uint16_t> Forward(LegRewriter& leg, uint64_t sequence) {
  const auto numbers = leg.Rewrite(rtp::ExtendedSequence(sequence), kAnyTime);
  if (!numbers) return std::nullopt;
  return numbers->sequence.value();
}

TEST(LegRewriter, BeginsWithTheNumberThatItWasGiven) {
  LegRewriter leg(rtp::SequenceNumber(500), 1000);
  const auto numbers = leg.Rewrite(rtp::ExtendedSequence(70'000), rtp::RtpTimestamp(~0u - 99));
  ASSERT_TRUE(numbers);
  EXPECT_EQ(numbers->sequence, rtp::SequenceNumber(500));
  EXPECT_EQ(numbers->timestamp, rtp::RtpTimestamp(900));  // wraps
}

TEST(LegRewriter, KeepsTheGapsAndTheOrderOfTheTrack) {
  LegRewriter leg(rtp::SequenceNumber(0), 0);
  EXPECT_EQ(Forward(leg, 100'000), 0);
  EXPECT_EQ(Forward(leg, 100'003), 3);
  EXPECT_EQ(Forward(leg, 100'001), 1);  // late
  EXPECT_EQ(Forward(leg, 100'004), 4);
}

TEST(LegRewriter, HasNoNumberForWhatIsOlderThanItsStart) {
  LegRewriter leg(rtp::SequenceNumber(10), 0);
  EXPECT_EQ(Forward(leg, 100'000), 10);
  EXPECT_EQ(Forward(leg, 99'999), std::nullopt);
  EXPECT_EQ(Forward(leg, 100'001), 11);
}

TEST(LegRewriter, ContinuesWithoutAGapAfterAPause) {
  LegRewriter leg(rtp::SequenceNumber(65'534), 0);
  EXPECT_EQ(Forward(leg, 100'000), 65'534);
  EXPECT_EQ(Forward(leg, 100'001), 65'535);
  leg.Interrupt();
  EXPECT_EQ(Forward(leg, 250'000), 0);
  EXPECT_EQ(Forward(leg, 249'999), std::nullopt);  // from before the leg resumed
  EXPECT_EQ(Forward(leg, 250'001), 1);
  leg.Interrupt();
  leg.Interrupt();
  EXPECT_EQ(Forward(leg, 250'002), 2);
}

TEST(LegRewriter, AnInterruptionBeforeTheFirstPacketChangesNothing) {
  LegRewriter leg(rtp::SequenceNumber(7), 0);
  leg.Interrupt();
  EXPECT_EQ(Forward(leg, 70'000), 7);
}

// Whatever arrives: no number is used twice, and where nothing is lost or late there is no gap.
TEST(LegRewriter, UsesEachNumberOnce) {
  Random random(uint64_t{1});
  for (int run = 0; run < 200; ++run) {
    LegRewriter leg(rtp::SequenceNumber(random.U16()), random.U32());
    std::set<uint16_t> used;
    uint64_t in = 65'536 + random.Below(65'536);
    std::set<uint64_t> arrived;
    for (int i = 0; i < 3000; ++i) {
      if (random.OneIn(50)) leg.Interrupt();
      const uint64_t late = random.OneIn(10) ? random.Below(60) : 0;
      const uint64_t sequence = late > 0 ? in - late : (in += 1 + (random.OneIn(20) ? 3 : 0));
      if (!arrived.insert(sequence).second) continue;  // relay/ingress.h drops duplicates
      const auto out = Forward(leg, sequence);
      if (out) {
        ASSERT_TRUE(used.insert(*out).second) << "run " << run << ", packet " << i;
      }
    }
  }
}

TEST(LegRewriter, IsGaplessOverAnyPausesOfAGaplessTrack) {
  Random random(uint64_t{2});
  LegRewriter leg(rtp::SequenceNumber(65'000), 0);
  uint16_t expected = 65'000;
  bool paused = false;
  for (uint64_t in = 65'536; in < 400'000; ++in) {
    if (random.OneIn(100)) {
      paused = !paused;
      if (paused) leg.Interrupt();
    }
    if (paused) continue;
    ASSERT_EQ(Forward(leg, in), expected);
    ++expected;
  }
}

}  // namespace
}  // namespace baton::relay
