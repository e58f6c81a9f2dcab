#include "rtp/reception.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "base/random.h"

namespace baton::rtp {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr uint32_t kRate = 90000;

TimePoint At(nanoseconds since_epoch) { return TimePoint(since_epoch); }

// A source whose packets arrive exactly as fast as they are stamped.
class Source {
 public:
  ArrivalResult Send(uint32_t sequence) {
    now_ += milliseconds(10);
    timestamp_ += kRate / 100;
    return reception.Update(SequenceNumber(static_cast<uint16_t>(sequence)),
                            RtpTimestamp(timestamp_), now_, kRate);
  }
  Arrival Kind(uint32_t sequence) { return Send(sequence).kind; }

  Reception reception;

 private:
  TimePoint now_ = At(std::chrono::hours(1000));
  uint32_t timestamp_ = 0xffffff00;
};

TEST(Reception, NothingYet) {
  const Reception reception;
  EXPECT_FALSE(reception.started());
  EXPECT_EQ(reception.expected(), 0u);
  EXPECT_EQ(reception.lost(), 0);
  EXPECT_EQ(reception.jitter(), 0u);
}

TEST(Reception, InOrderOverWraps) {
  Source source;
  uint64_t previous = source.Send(65000).sequence.value();
  for (uint32_t i = 65001; i < 65000 + 200000; ++i) {
    const ArrivalResult result = source.Send(i);
    ASSERT_EQ(result.kind, Arrival::kInOrder);
    ASSERT_EQ(result.sequence.value(), previous + 1);
    previous = result.sequence.value();
  }
  EXPECT_EQ(source.reception.received(), 200000u);
  EXPECT_EQ(source.reception.expected(), 200000u);
  EXPECT_EQ(source.reception.lost(), 0);
  EXPECT_EQ(source.reception.jitter(), 0u);
}

TEST(Reception, AGapIsLossUntilItIsFilled) {
  Source source;
  source.Send(65533);
  EXPECT_EQ(source.Kind(2), Arrival::kInOrder);
  EXPECT_EQ(source.reception.lost(), 4);
  EXPECT_EQ(source.Kind(65535), Arrival::kLate);
  EXPECT_EQ(source.Kind(0), Arrival::kLate);
  EXPECT_EQ(source.reception.lost(), 2);
  EXPECT_EQ(source.Kind(65535), Arrival::kDuplicate);
  EXPECT_EQ(source.Kind(2), Arrival::kDuplicate);
  EXPECT_EQ(source.Kind(65533), Arrival::kDuplicate);
  EXPECT_EQ(source.reception.lost(), -1) << "A.3 counts duplicates as received";
}

TEST(Reception, AllThatAGapLeavesOutMayStillCome) {
  // Those before the gap have filled the window, so that a place in it that is not cleared shows.
  constexpr uint32_t kBefore = 66'000;
  constexpr uint32_t kWidest = Reception::kMaxMisorder;
  for (const uint32_t steps : {2u, 3u, 100u, kWidest - 1, kWidest, kWidest + 1}) {
    Source source;
    for (uint32_t i = kBefore - 2000; i <= kBefore; ++i) source.Send(i);
    const uint32_t newest = kBefore + steps;
    ASSERT_EQ(source.Kind(newest), Arrival::kInOrder);
    for (uint32_t i = std::max(kBefore, newest - kWidest) + 1; i < newest; ++i) {
      ASSERT_EQ(source.Kind(i), Arrival::kLate) << steps << ", " << i;
      ASSERT_EQ(source.Kind(i), Arrival::kDuplicate) << steps << ", " << i;
    }
  }
}

TEST(Reception, LatePacketsKeepTheirPlace) {
  Source source;
  const uint64_t first = source.Send(3).sequence.value();
  EXPECT_EQ(source.Send(65535).sequence.value(), first - 4) << "before the first";
  EXPECT_EQ(source.Send(10).sequence.value(), first + 7);
  EXPECT_EQ(source.Send(5).sequence.value(), first + 2);
  EXPECT_EQ(source.reception.highest().value(), first + 7);
}

// Both sides of each border of A.1.
TEST(Reception, BordersOfGapAndReordering) {
  constexpr uint32_t kBase = 10000;
  const auto kind_of = [](int32_t step) {
    Source source;
    source.Send(kBase);
    return source.Kind(kBase + static_cast<uint32_t>(step));
  };
  EXPECT_EQ(kind_of(Reception::kMaxDropout - 1), Arrival::kInOrder);
  EXPECT_EQ(kind_of(Reception::kMaxDropout), Arrival::kJump);
  EXPECT_EQ(kind_of(-(Reception::kMaxMisorder - 1)), Arrival::kLate);
  EXPECT_EQ(kind_of(-Reception::kMaxMisorder), Arrival::kJump);
  EXPECT_EQ(kind_of(32768), Arrival::kJump);
  EXPECT_EQ(kind_of(0), Arrival::kDuplicate);
}

TEST(Reception, OneStrayPacketChangesNothing) {
  Source source;
  for (uint32_t i = 100; i < 200; ++i) source.Send(i);
  EXPECT_EQ(source.Kind(40000), Arrival::kJump);
  EXPECT_EQ(source.Kind(200), Arrival::kInOrder);
  EXPECT_EQ(source.reception.received(), 101u);
  EXPECT_EQ(source.reception.lost(), 0);
}

TEST(Reception, TwoConsecutivePacketsAfterAJumpAreARestart) {
  Source source;
  for (uint32_t i = 100; i < 200; ++i) source.Send(i);
  const ExtendedSequence before = source.reception.highest();
  EXPECT_EQ(source.Kind(150), Arrival::kDuplicate) << "less than kMaxMisorder back: no jump";
  EXPECT_EQ(source.Kind(30000), Arrival::kJump);
  EXPECT_EQ(source.Kind(30002), Arrival::kJump) << "not the one after";
  const ArrivalResult restarted = source.Send(30003);
  EXPECT_EQ(restarted.kind, Arrival::kRestarted);
  EXPECT_GT(restarted.sequence, before);
  EXPECT_EQ(ToWire(restarted.sequence), SequenceNumber(30003));
  EXPECT_EQ(source.Kind(30004), Arrival::kInOrder);
  EXPECT_EQ(source.Kind(30002), Arrival::kLate) << "the jump itself was not counted";
  EXPECT_GT(source.Send(29904 + 10).sequence, before) << "late ones are above the old numbering";
}

TEST(Reception, LossIsSummedOverRestarts) {
  Source source;
  source.Send(0);
  source.Send(10);  // 9 lost
  source.Send(20000);
  source.Send(20001);
  source.Send(20004);  // 2 lost
  EXPECT_EQ(source.reception.expected(), 11u + 4u);
  EXPECT_EQ(source.reception.received(), 4u);
  EXPECT_EQ(source.reception.lost(), 11);
}

// Whatever arrives, an extended number belongs to one packet of one numbering: none that was new is
// given twice.
TEST(Reception, NewPacketsHaveNewNumbers) {
  Random random(7);
  Source source;
  std::set<uint64_t> seen;
  uint32_t next = 0;
  for (int i = 0; i < 50000; ++i) {
    uint32_t sequence = next++;
    if (random.OneIn(20)) sequence = next - static_cast<uint32_t>(random.Below(150));
    if (random.OneIn(200)) next += static_cast<uint32_t>(random.Below(65536));
    const ArrivalResult result = source.Send(sequence);
    if (result.kind == Arrival::kJump) continue;
    ASSERT_EQ(ToWire(result.sequence).value(), static_cast<uint16_t>(sequence));
    ASSERT_EQ(seen.insert(result.sequence.value()).second, result.kind != Arrival::kDuplicate);
  }
}

// A.8 by hand: |D| = 90 with each packet, J += (|D| - J) / 16.
TEST(Reception, JitterFollowsTheFormula) {
  Reception reception;
  TimePoint now = At(milliseconds(5));
  reception.Update(SequenceNumber(0), RtpTimestamp(0), now, kRate);
  double expected = 0;
  for (uint16_t i = 1; i < 500; ++i) {
    now += milliseconds(i % 2 == 0 ? 19 : 21);  // 1 ms early or late: 90 units
    reception.Update(SequenceNumber(i), RtpTimestamp(i * (kRate / 50)), now, kRate);
    expected += (90.0 - expected) / 16;
    ASSERT_NEAR(reception.jitter(), expected, 1.5) << i;
  }
  EXPECT_NEAR(reception.jitter(), 90, 1.5);
}

TEST(Reception, JitterSurvivesLyingTimestamps) {
  Random random(9);
  Reception reception;
  for (int i = 0; i < 10000; ++i) {
    reception.Update(SequenceNumber(static_cast<uint16_t>(i)), RtpTimestamp(random.U32()),
                     At(nanoseconds(random.U32())), random.U32() | 1);
    ASSERT_LE(reception.jitter(), 0x80000000u);
  }
}

TEST(Reception, ARestartDoesNotCountAsJitter) {
  Reception reception;
  TimePoint now = At(milliseconds(0));
  const auto send = [&](uint16_t sequence, uint32_t timestamp) {
    now += milliseconds(20);
    return reception.Update(SequenceNumber(sequence), RtpTimestamp(timestamp), now, kRate).kind;
  };
  send(1, 1800);
  send(2, 3600);
  send(30000, 777777777);
  EXPECT_EQ(send(30001, 777777777 + 1800), Arrival::kRestarted);
  send(30002, 777777777 + 3600);
  EXPECT_EQ(reception.jitter(), 0u);
}

}  // namespace
}  // namespace baton::rtp
