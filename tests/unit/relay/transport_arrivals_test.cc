#include "relay/transport_arrivals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <type_traits>
#include <vector>

#include "base/random.h"
#include "rtp/sequence.h"

namespace baton::relay {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;

static_assert(std::is_trivially_copyable_v<TransportArrivals>);
static_assert(std::is_trivially_destructible_v<TransportArrivals>);

constexpr uint32_t kCapacity = TransportArrivals::kCapacity;

class TransportArrivalsTest : public testing::Test {
 protected:
  struct Told {
    uint16_t base = 0;
    uint8_t feedback_count = 0;
    std::vector<uint16_t> sequences;
    std::vector<TimePoint> times;
  };

  void Send(uint32_t sequence, Duration after = milliseconds(1)) {
    now_ += after;
    log_.OnPacket(rtp::SequenceNumber(static_cast<uint16_t>(sequence)), now_);
  }
  void SendAll(const std::vector<uint32_t>& sequences) {
    for (const uint32_t sequence : sequences) Send(sequence);
  }
  // Takes the report, if there is one, and has told all of it, or as many arrivals as there is room
  // for.
  std::optional<Told> Take(size_t room = kCapacity) {
    const auto report = log_.MakeReport(buffer_);
    if (!report) return std::nullopt;
    Told told{rtp::ToWire(report->base).value(), report->feedback_count, {}, {}};
    for (const rtp::PacketArrival& arrival : report->arrivals) {
      told.sequences.push_back(rtp::ToWire(arrival.sequence).value());
      told.times.push_back(arrival.arrival);
    }
    const size_t written = std::min(room, report->arrivals.size());
    log_.OnReported(report->arrivals[written - 1].sequence);
    return told;
  }

  TransportArrivals log_;
  TransportArrivals::Arrivals buffer_;
  TimePoint now_{hours(-1)};
};

TEST_F(TransportArrivalsTest, NothingHasArrived) {
  EXPECT_EQ(log_.NextReport(), kNever);
  EXPECT_FALSE(Take());
  EXPECT_EQ(log_.untold(), 0u);
}

TEST_F(TransportArrivalsTest, AllZerosAreAFreshLog) {
  std::memset(static_cast<void*>(&log_), 0, sizeof log_);
  EXPECT_EQ(log_.NextReport(), kNever);
  EXPECT_FALSE(Take());
  Send(7);
  EXPECT_THAT(Take()->sequences, ElementsAre(7));
}

TEST_F(TransportArrivalsTest, TellsWhatHasArrivedAndWhen) {
  Send(100);
  Send(101, milliseconds(5));
  Send(104, microseconds(250));
  const TimePoint last = now_;
  const auto told = Take();
  ASSERT_TRUE(told);
  EXPECT_EQ(told->base, 100);
  EXPECT_THAT(told->sequences, ElementsAre(100, 101, 104));
  EXPECT_THAT(told->times, ElementsAre(last - microseconds(5250), last - microseconds(250), last));
  EXPECT_FALSE(Take()) << "only once";
}

TEST_F(TransportArrivalsTest, ARepeatedReportIsTheSameUntilItIsTold) {
  SendAll({1, 2});
  const auto first = log_.MakeReport(buffer_);
  EXPECT_EQ(first->arrivals.size(), 2u);
  Send(3);
  EXPECT_EQ(log_.MakeReport(buffer_)->arrivals.size(), 3u);
  EXPECT_EQ(log_.MakeReport(buffer_)->feedback_count, 0);
}

TEST_F(TransportArrivalsTest, TheNextReportBeginsAfterTheOneBefore) {
  SendAll({1, 2});
  Take();
  SendAll({5, 6});
  const auto told = Take();
  EXPECT_EQ(told->base, 3) << "what is lost in between is told too";
  EXPECT_THAT(told->sequences, ElementsAre(5, 6));
}

TEST_F(TransportArrivalsTest, WhatDoesNotFitIsForTheNextReportWhichIsDueAtOnce) {
  SendAll({1, 2, 4, 5});
  EXPECT_THAT(Take(2)->sequences, ElementsAre(1, 2, 4, 5));
  EXPECT_LE(log_.NextReport(), now_ + TransportArrivals::kInterval);
  const auto rest = Take();
  EXPECT_EQ(rest->base, 3);
  EXPECT_EQ(rest->feedback_count, 1);
  EXPECT_THAT(rest->sequences, ElementsAre(4, 5));
  EXPECT_EQ(log_.NextReport(), kNever);
}

TEST_F(TransportArrivalsTest, NumbersWrap) {
  for (uint32_t i = 65'530; i < 65'542; ++i) Send(i);
  const auto told = Take();
  EXPECT_EQ(told->base, 65'530);
  EXPECT_EQ(told->sequences.size(), 12u);
  EXPECT_EQ(told->sequences[5], 65'535);
  EXPECT_EQ(told->sequences[6], 0);
  Send(8);
  EXPECT_EQ(Take()->base, 6);
}

TEST_F(TransportArrivalsTest, FeedbackCountWraps) {
  for (int i = 0; i < 600; ++i) {
    Send(static_cast<uint32_t>(i));
    ASSERT_EQ(Take()->feedback_count, i % 256);
  }
}

TEST_F(TransportArrivalsTest, DuplicatesChangeNothing) {
  SendAll({1, 2});
  const TimePoint second = now_;
  SendAll({1, 2});
  const auto told = Take();
  EXPECT_THAT(told->times, ElementsAre(second - milliseconds(1), second));
  SendAll({1, 2});
  EXPECT_FALSE(Take());
  EXPECT_EQ(log_.NextReport(), kNever);
  EXPECT_EQ(log_.untold(), 0u);
}

// --- Reordering
// -----------------------------------------------------------------------------------

TEST_F(TransportArrivalsTest, ReorderedPacketsAreToldInTheOrderOfTheirNumbers) {
  SendAll({1, 4, 2});
  const auto told = Take();
  EXPECT_THAT(told->sequences, ElementsAre(1, 2, 4));
  EXPECT_GT(told->times[1], told->times[2]);
}

TEST_F(TransportArrivalsTest, OneBeforeTheFirstIsToldToo) {
  SendAll({10, 8});
  const auto told = Take();
  EXPECT_EQ(told->base, 8);
  EXPECT_THAT(told->sequences, ElementsAre(8, 10));
}

TEST_F(TransportArrivalsTest, TheBaseGoesBackToOneThatCameAfterItsReport) {
  SendAll({1, 2, 5});
  Take();
  Send(3);
  EXPECT_EQ(log_.NextReport(), now_ + TransportArrivals::kInterval);
  SendAll({6});
  const auto told = Take();
  EXPECT_EQ(told->base, 3);
  EXPECT_THAT(told->sequences, ElementsAre(3, 5, 6)) << "5 arrived, as was said before";
  EXPECT_EQ(told->times[1] + milliseconds(1), told->times[0]);
  EXPECT_FALSE(Take());
}

TEST_F(TransportArrivalsTest, TheBaseDoesNotGoBackOverArrivalsOfLongAgo) {
  for (const bool late : {false, true}) {
    log_ = {};
    SendAll({1, 3});
    Take();
    now_ += TransportArrivals::kMaxLateness;
    Send(2, late ? Duration(1) : Duration(0));
    EXPECT_EQ(log_.untold(), late ? 1u : 0u);
    Send(4);
    const auto told = Take();
    EXPECT_EQ(told->base, late ? 4 : 2);
  }
}

TEST_F(TransportArrivalsTest, OneThatIsLateButNotYetToldIsTold) {
  Send(1);
  Send(3);
  Send(2, seconds(2));
  EXPECT_THAT(Take()->sequences, ElementsAre(1, 2, 3));
  EXPECT_EQ(log_.untold(), 0u);
}

TEST_F(TransportArrivalsTest, HowFarTheBaseGoesBackIsBounded) {
  const uint32_t newest = 1000;
  Send(newest, seconds(1));
  Take();
  Send(newest - kCapacity + 1);
  EXPECT_EQ(Take()->base, newest - kCapacity + 1);
  Send(newest - kCapacity);
  EXPECT_FALSE(Take());
}

// --- When a report is due
// ---------------------------------------------------------------------------

TEST_F(TransportArrivalsTest, IsDueAnIntervalAfterTheFirstArrival) {
  Send(1);
  const TimePoint first = now_;
  EXPECT_EQ(log_.NextReport(), first + TransportArrivals::kInterval);
  Send(2, milliseconds(50));
  EXPECT_EQ(log_.NextReport(), first + TransportArrivals::kInterval);
  Take();
  EXPECT_EQ(log_.NextReport(), kNever);
  Send(3, seconds(10));
  EXPECT_EQ(log_.NextReport(), now_ + TransportArrivals::kInterval);
}

TEST_F(TransportArrivalsTest, IsDueAtOnceWhenTheLogIsThreeQuartersFull) {
  static_assert(TransportArrivals::kManyNumbers == 384);
  for (int round = 0; round < 3; ++round) {
    const auto start = static_cast<uint32_t>(round * 384);
    for (uint32_t i = 0; i < 383; ++i) Send(start + i, Duration(1));
    EXPECT_GT(log_.NextReport(), now_);
    Send(start + 383, Duration(1));
    EXPECT_LE(log_.NextReport(), now_);
    EXPECT_EQ(Take()->sequences.size(), 384u);
  }
}

// --- Overflow, jumps, restarts ------------------------------------------------------------------

TEST_F(TransportArrivalsTest, WhatIsNotToldInTimeIsLostAndCounted) {
  for (uint32_t i = 0; i < kCapacity; ++i) Send(i, Duration(1));
  EXPECT_EQ(log_.untold(), 0u);
  SendAll({kCapacity, kCapacity + 1, kCapacity + 3});
  EXPECT_EQ(log_.untold(), 4u);
  const auto told = Take();
  EXPECT_EQ(told->base, 4);
  EXPECT_EQ(told->sequences.size(), kCapacity - 1);
  EXPECT_EQ(told->sequences.back(), kCapacity + 3);
}

TEST_F(TransportArrivalsTest, WhatWasToldIsForgottenWithoutBeingCounted) {
  for (uint32_t i = 0; i < 10 * kCapacity; ++i) {
    Send(i, Duration(1));
    if (i % 100 == 0) Take();
  }
  EXPECT_EQ(log_.untold(), 0u);
}

TEST_F(TransportArrivalsTest, ALongGapIsToldAsFarAsTheLogGoes) {
  SendAll({1, 2});
  Take();
  Send(3);
  Send(2 + kCapacity);
  EXPECT_THAT(Take()->sequences, ElementsAre(3, 2 + kCapacity)) << "the log holds both";
  Send(2002);
  const auto told = Take();
  EXPECT_EQ(told->base, 2003 - kCapacity);
  EXPECT_THAT(told->sequences, ElementsAre(2002));
  EXPECT_EQ(log_.untold(), 0u);
}

TEST_F(TransportArrivalsTest, ALongGapForgetsWhatWasNotTold) {
  SendAll({1, 2, 3 + kCapacity});
  EXPECT_EQ(log_.untold(), 2u);
  EXPECT_THAT(Take()->sequences, ElementsAre(3 + kCapacity));
  Send(3 + kCapacity + 2000);
  Send(3 + kCapacity + 2001);
  EXPECT_EQ(Take()->sequences.size(), 2u);
  EXPECT_EQ(log_.untold(), 2u);
}

TEST_F(TransportArrivalsTest, OneStrayPacketChangesNothing) {
  Send(1);
  for (const uint32_t stray :
       {1u + TransportArrivals::kMaxDropout, 1u + 32'768, 65'536u + 1 - kCapacity}) {
    Send(stray);
    Send(stray);
  }
  Send(2);
  const auto told = Take();
  EXPECT_EQ(told->base, 1);
  EXPECT_THAT(told->sequences, ElementsAre(1, 2));
}

TEST_F(TransportArrivalsTest, NoNumberOfItsOwnMakesARestart) {
  Send(30'000);
  Send(0);
  EXPECT_THAT(Take()->sequences, ElementsAre(30'000));
  SendAll({10'000, 10'001});
  for (uint32_t i = 10'002; i < 10'002 + kCapacity; ++i) Send(i, Duration(1));
  Take();
  Send(10'001);
  EXPECT_FALSE(Take()) << "it has confirmed one restart, and does not make another";
}

TEST_F(TransportArrivalsTest, TheLargestGapIsBelieved) {
  Send(1);
  Send(1 + TransportArrivals::kMaxDropout - 1);
  EXPECT_THAT(Take()->sequences, ElementsAre(TransportArrivals::kMaxDropout));
}

TEST_F(TransportArrivalsTest, TwoConsecutivePacketsAfterAJumpAreARestart) {
  SendAll({1, 2, 3});
  Take();
  SendAll({4, 5});
  Send(40'000);
  EXPECT_EQ(log_.untold(), 0u);
  Send(40'001, seconds(1));
  EXPECT_EQ(log_.untold(), 2u) << "4 and 5 cannot be told with the new ones";
  EXPECT_EQ(log_.NextReport(), now_ + TransportArrivals::kInterval);
  Send(40'003);
  const auto told = Take();
  EXPECT_EQ(told->base, 40'001);
  EXPECT_EQ(told->feedback_count, 1) << "goes on";
  EXPECT_THAT(told->sequences, ElementsAre(40'001, 40'003));
}

TEST_F(TransportArrivalsTest, ARestartOverTheWrapToLowNumbersLeavesNothingBehind) {
  for (uint32_t i = 65'000; i < 65'536 + 100; ++i) Send(i, Duration(1));
  Take();
  SendAll({30'000, 30'001});
  EXPECT_THAT(Take()->sequences, ElementsAre(30'001));
  SendAll({65'535, 0, 1});
  EXPECT_THAT(Take()->sequences, ElementsAre(0, 1));
}

// Against a model without bounds: each arrival is told with its time, in one report or several, or
// counted as not told.
TEST_F(TransportArrivalsTest, TellsEachArrivalOrCountsIt) {
  Random random(uint64_t{3});
  std::map<uint32_t, TimePoint> arrived;  // by number, without wraps
  std::set<uint32_t> told;
  constexpr uint32_t kFirst = 60'000;
  uint32_t next = kFirst;
  uint32_t expected_base = kFirst;
  for (int i = 0; i < 100'000; ++i) {
    now_ += microseconds(random.Below(2'000));
    uint32_t number = next;
    if (next > kFirst && random.OneIn(10)) {
      number = std::max(kFirst, next - 1 - static_cast<uint32_t>(random.Below(50)));
    } else {
      if (next > kFirst && random.OneIn(20)) number += static_cast<uint32_t>(random.Below(20));
      next = number + 1;
    }
    log_.OnPacket(rtp::SequenceNumber(static_cast<uint16_t>(number)), now_);
    arrived.try_emplace(number, now_);
    if (now_ < log_.NextReport()) continue;

    const auto report = Take();
    ASSERT_TRUE(report);
    // The base is where the last report ended, or below.
    const auto back = static_cast<uint16_t>(expected_base - report->base);
    ASSERT_LT(back, kCapacity);
    for (size_t k = 0; k < report->sequences.size(); ++k) {
      const uint32_t full = next - 1 - static_cast<uint16_t>(next - 1 - report->sequences[k]);
      ASSERT_TRUE(arrived.contains(full)) << full;
      ASSERT_EQ(arrived[full], report->times[k]);
      told.insert(full);
    }
    // And all that arrived from there on is in it.
    const uint32_t base = expected_base - back;
    ASSERT_EQ(std::distance(arrived.lower_bound(base), arrived.end()),
              static_cast<ptrdiff_t>(report->sequences.size()));
    expected_base = next;
  }
  EXPECT_EQ(log_.untold(), 0u);
  EXPECT_GE(told.size() + kCapacity, arrived.size()) << "the last ones are not told yet";
}

// Whatever the numbers are: reports are of at most kCapacity numbers, rise, and end with an
// arrival.
TEST_F(TransportArrivalsTest, HoldsItsContractWhateverComes) {
  Random random(uint64_t{7});
  uint16_t sequence = 0;
  for (int i = 0; i < 200'000; ++i) {
    now_ += microseconds(random.Below(10'000));
    if (random.OneIn(50)) sequence = random.U16();
    sequence = static_cast<uint16_t>(sequence + random.Below(random.OneIn(30) ? 4000 : 3));
    const auto late = static_cast<uint16_t>(random.OneIn(5) ? random.Below(600) : 0);
    log_.OnPacket(rtp::SequenceNumber(static_cast<uint16_t>(sequence - late)), now_);
    if (!random.OneIn(30)) continue;
    const auto report = log_.MakeReport(buffer_);
    ASSERT_EQ(report.has_value(), log_.NextReport() != kNever);
    if (!report) continue;
    ASSERT_FALSE(report->arrivals.empty());
    ASSERT_GE(report->arrivals.front().sequence, report->base);
    ASSERT_LT(report->arrivals.back().sequence.value(), report->base.value() + kCapacity);
    for (size_t k = 1; k < report->arrivals.size(); ++k) {
      ASSERT_LT(report->arrivals[k - 1].sequence, report->arrivals[k].sequence);
    }
    const size_t written = 1 + random.Below(report->arrivals.size());
    log_.OnReported(report->arrivals[written - 1].sequence);
  }
}

}  // namespace
}  // namespace baton::relay
