#include "bench/load/leg_ledger.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "base/random.h"

namespace baton::bench {
namespace {

using Arrival = LegLedger::Arrival;

TEST(LegLedger, CountsWhatDidNotArrive) {
  LegLedger ledger(64);
  ledger.Start(100);
  for (const uint64_t number : {100, 101, 104}) EXPECT_EQ(ledger.Note(number), Arrival::kNew);
  const LegLedger::Settled settled = ledger.SettleBefore(107);
  EXPECT_EQ(settled.expected, 7U);
  EXPECT_EQ(settled.lost, 4U);
  EXPECT_EQ(ledger.SettleBefore(107).expected, 0U);
}

TEST(LegLedger, TellsReorderedFromDuplicate) {
  LegLedger ledger(64);
  ledger.Start(0);
  EXPECT_EQ(ledger.Note(0), Arrival::kNew);
  EXPECT_EQ(ledger.Note(2), Arrival::kNew);
  EXPECT_EQ(ledger.Note(1), Arrival::kReordered);
  EXPECT_EQ(ledger.Note(1), Arrival::kDuplicate);
  EXPECT_EQ(ledger.Note(2), Arrival::kDuplicate);
}

TEST(LegLedger, KeepsWhatWasSettledAsLostLost) {
  LegLedger ledger(64);
  ledger.Start(0);
  ledger.Note(0);
  ledger.Note(2);
  EXPECT_EQ(ledger.SettleBefore(3).lost, 1U);
  EXPECT_EQ(ledger.Note(1), Arrival::kTooLate);
  EXPECT_EQ(ledger.Note(2), Arrival::kDuplicate);
  // Numbers that were given up before anything behind them came.
  EXPECT_EQ(ledger.SettleBefore(10).lost, 7U);
  EXPECT_EQ(ledger.Note(5), Arrival::kTooLate);
  EXPECT_EQ(ledger.Note(10), Arrival::kNew);
}

TEST(LegLedger, SettlesWhatFallsOutOfTheWindow) {
  LegLedger ledger(64);
  ledger.Start(0);
  ledger.Note(0);
  ledger.Note(1000);
  EXPECT_EQ(ledger.Note(1), Arrival::kTooLate);
  EXPECT_EQ(ledger.Note(1000 - 63), Arrival::kReordered);
  const LegLedger::Settled settled = ledger.SettleBefore(1001);
  EXPECT_EQ(settled.expected, 1001U);
  EXPECT_EQ(settled.lost, 1001U - 3);
}

TEST(LegLedger, IgnoresWhatCameBeforeItsFirstNumber) {
  LegLedger ledger(64);
  ledger.Start(50);
  ledger.Note(51);
  EXPECT_EQ(ledger.Note(49), Arrival::kTooLate);
  EXPECT_EQ(ledger.SettleBefore(52).expected, 2U);
}

// Packets of a stream as a network would mangle them: some lost, some doubled, some moved back by a
// few places. Every one of them must be accounted for.
TEST(LegLedger, AgreesWithASetOverRandomStreams) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const uint64_t first = random.Below(1000);
    const uint64_t count = 500 + random.Below(1000);
    std::vector<std::pair<uint64_t, uint64_t>> arrivals;  // place, number
    for (uint64_t i = 0; i < count; ++i) {
      if (random.OneIn(10)) continue;
      const uint64_t copies = random.OneIn(20) ? 2 : 1;
      for (uint64_t c = 0; c < copies; ++c) {
        arrivals.emplace_back(i + (random.OneIn(8) ? random.Below(30) : 0), first + i);
      }
    }
    std::stable_sort(arrivals.begin(), arrivals.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });

    LegLedger ledger(64);
    ledger.Start(first);
    std::set<uint64_t> seen;
    uint64_t received = 0;
    uint64_t reordered = 0;
    LegLedger::Settled total;
    const auto settle = [&](uint64_t number) {
      const LegLedger::Settled settled = ledger.SettleBefore(number);
      total.expected += settled.expected;
      total.lost += settled.lost;
    };
    for (const auto& [place, number] : arrivals) {
      const bool duplicate = !seen.insert(number).second;
      const bool late = *seen.rbegin() > number;
      const Arrival arrival = ledger.Note(number);
      ASSERT_EQ(arrival == Arrival::kDuplicate, duplicate) << number;
      ASSERT_EQ(arrival == Arrival::kReordered, !duplicate && late) << number;
      if (!duplicate) ++received;
      if (!duplicate && late) ++reordered;
      // What is more than 30 places old can no longer come.
      if (random.OneIn(50) && place > 40) settle(first + place - 40);
    }
    settle(first + count);
    EXPECT_EQ(total.expected, count);
    EXPECT_EQ(total.lost, count - received);
    EXPECT_EQ(ledger.next(), first + count);
  }
}

}  // namespace
}  // namespace baton::bench
