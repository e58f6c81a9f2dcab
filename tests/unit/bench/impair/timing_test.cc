// When datagrams arrive, and in what order: delay, jitter, reordering, and the rate with its queue.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/random.h"
#include "bench/impair/impairment.h"

namespace baton::impair {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr size_t kSize = 1000;

TimePoint At(Duration since_start) { return TimePoint(since_start); }

// When each of `count` datagrams arrives, `distance` apart, the first one at 0.
std::vector<TimePoint> Arrivals(const Profile& profile, Duration distance, size_t count,
                                uint64_t seed = 1) {
  Impairment impairment(profile, seed);
  std::vector<TimePoint> arrivals;
  for (size_t i = 0; i < count; ++i) {
    arrivals.push_back(impairment.Pass(At(distance * static_cast<int64_t>(i)), kSize).all[0].at);
  }
  return arrivals;
}

TEST(Delay, IsThatOfEveryDatagram) {
  const auto arrivals = Arrivals({.delay = milliseconds(50)}, milliseconds(1), 100);
  for (size_t i = 0; i < arrivals.size(); ++i) {
    ASSERT_TRUE(arrivals[i] == At(milliseconds(50 + i)));
  }
}

TEST(Jitter, IsSpreadEvenlyFromNothingToItsLimit) {
  // Too far apart to wait for each other.
  const auto arrivals =
      Arrivals({.delay = milliseconds(50), .jitter = milliseconds(10)}, milliseconds(20), 50'000);
  std::vector<size_t> by_millisecond(10);
  double sum_ms = 0;
  for (size_t i = 0; i < arrivals.size(); ++i) {
    const Duration jitter = arrivals[i] - At(milliseconds(50 + 20 * i));
    ASSERT_GE(jitter, Duration(0));
    ASSERT_LE(jitter, milliseconds(10));
    ++by_millisecond[std::min<size_t>(9, static_cast<size_t>(jitter / milliseconds(1)))];
    sum_ms += std::chrono::duration<double, std::milli>(jitter).count();
  }
  for (const size_t count : by_millisecond) EXPECT_NEAR(static_cast<double>(count), 5000, 300);
  EXPECT_NEAR(sum_ms / 50'000, 5, 0.1);
}

TEST(Jitter, ReachesBothOfItsLimits) {
  const auto arrivals = Arrivals({.jitter = nanoseconds(3)}, milliseconds(1), 1000);
  std::vector<size_t> by_ns(4);
  for (size_t i = 0; i < arrivals.size(); ++i) {
    ++by_ns.at(static_cast<size_t>((arrivals[i] - At(milliseconds(i))).count()));
  }
  for (const size_t count : by_ns) EXPECT_GT(count, 150U);
}

TEST(Jitter, KeepsTheOrder) {
  const auto arrivals =
      Arrivals({.delay = milliseconds(5), .jitter = milliseconds(30)}, milliseconds(1), 20'000);
  EXPECT_TRUE(std::is_sorted(arrivals.begin(), arrivals.end()));
  for (size_t i = 0; i < arrivals.size(); ++i) {
    ASSERT_TRUE(arrivals[i] <= At(milliseconds(i + 35)));
  }
}

TEST(Jitter, ChangesTheOrderIfItIsToldTo) {
  const auto arrivals =
      Arrivals({.jitter = milliseconds(30), .jitter_reorders = true}, milliseconds(1), 1000);
  EXPECT_FALSE(std::is_sorted(arrivals.begin(), arrivals.end()));
  for (size_t i = 0; i < arrivals.size(); ++i) {
    ASSERT_TRUE(arrivals[i] >= At(milliseconds(i)) && arrivals[i] <= At(milliseconds(i + 30)));
  }
}

TEST(Jitter, OfACopyIsItsOwn) {
  Impairment impairment({.duplicate = 1, .jitter = milliseconds(10)}, 1);
  size_t later = 0;
  for (int i = 0; i < 1000; ++i) {
    const Passage passage = impairment.Pass(At(milliseconds(20 * i)), kSize);
    ASSERT_TRUE(passage.all[1].at >= passage.all[0].at);
    later += passage.all[1].at > passage.all[0].at ? 1 : 0;
  }
  // If its own jitter is shorter, it arrives with the original.
  EXPECT_NEAR(static_cast<double>(later), 500, 60);
}

TEST(Reordering, HoldsBackByWhatItIsToldAndNothingElse) {
  Impairment impairment({.reorder = 0.1, .reorder_by = milliseconds(7), .delay = milliseconds(50)},
                        1);
  size_t held_back = 0;
  for (int i = 0; i < 10'000; ++i) {
    const Delivery delivery = impairment.Pass(At(milliseconds(i)), kSize).all[0];
    ASSERT_TRUE(delivery.at == At(milliseconds(50 + i + (delivery.held_back ? 7 : 0))));
    held_back += delivery.held_back ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(held_back), 1000, 120);
}

TEST(Reordering, OfOneDoesNotStopTheOthersUnderJitter) {
  Impairment impairment({.reorder = 0.2, .reorder_by = seconds(1), .jitter = milliseconds(5)}, 1);
  TimePoint last{};
  for (int i = 0; i < 5000; ++i) {
    const Delivery delivery = impairment.Pass(At(milliseconds(i)), kSize).all[0];
    const TimePoint natural = delivery.held_back ? delivery.at - seconds(1) : delivery.at;
    ASSERT_TRUE(natural >= last && natural <= At(milliseconds(i + 5)));
    last = natural;
  }
}

// 1000 bytes at 8 Mbit/s take 1 ms.
constexpr uint64_t k8Mbit = 8'000'000;

TEST(Rate, TakesItsTimeForEachDatagram) {
  const auto arrivals =
      Arrivals({.delay = milliseconds(50), .bits_per_second = k8Mbit, .queue_bytes = 1 << 20},
               Duration(0), 100);
  for (size_t i = 0; i < arrivals.size(); ++i) {
    ASSERT_TRUE(arrivals[i] == At(milliseconds(50 + i + 1)));
  }
}

TEST(Rate, DoesNotDelayMoreThanThatWhatComesMoreSlowly) {
  const auto arrivals =
      Arrivals({.bits_per_second = k8Mbit, .queue_bytes = 0}, milliseconds(1), 100);
  for (size_t i = 0; i < arrivals.size(); ++i) {
    ASSERT_TRUE(arrivals[i] == At(milliseconds(i + 1)));
  }
}

TEST(Rate, QueueTakesExactlyWhatItHasRoomFor) {
  Impairment impairment({.bits_per_second = k8Mbit, .queue_bytes = 3 * kSize}, 1);
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(impairment.Pass(At(seconds(1)), kSize).fate, Fate::kDelivered) << i;
  }
  EXPECT_EQ(impairment.Pass(At(seconds(1)), 1).fate, Fate::kQueueFull);
  EXPECT_EQ(impairment.Pass(At(seconds(1)), 1).deliveries().size(), 0U);
  // A byte leaves in 1 us.
  EXPECT_EQ(impairment.Pass(At(seconds(1) + nanoseconds(999)), 1).fate, Fate::kQueueFull);
  EXPECT_EQ(impairment.Pass(At(seconds(1) + microseconds(1)), 2).fate, Fate::kQueueFull);
  const Passage fits = impairment.Pass(At(seconds(1) + microseconds(1)), 1);
  ASSERT_EQ(fits.fate, Fate::kDelivered);
  EXPECT_TRUE(fits.all[0].at == At(seconds(1) + microseconds(3001)));
}

TEST(Rate, TakesAnySizeWhenIdle) {
  Impairment impairment({.bits_per_second = k8Mbit, .queue_bytes = 10}, 1);
  EXPECT_EQ(impairment.Pass(At(seconds(1)), kSize).fate, Fate::kDelivered);
  EXPECT_EQ(impairment.Pass(At(seconds(1)), kSize).fate, Fate::kQueueFull);
  EXPECT_EQ(impairment.Pass(At(seconds(1) + nanoseconds(999'999)), kSize).fate, Fate::kQueueFull);
  EXPECT_EQ(impairment.Pass(At(seconds(1) + milliseconds(1)), kSize).fate, Fate::kDelivered);
}

TEST(Rate, IsWhatComesOutUnderAnyLoad) {
  Random random(1);
  for (const uint64_t rate : {uint64_t{64'000}, uint64_t{2'000'003}, uint64_t{999'999'937}}) {
    const Profile profile = {.bits_per_second = rate, .queue_bytes = 20'000};
    Impairment impairment(profile, 1);
    uint64_t bytes = 0;
    TimePoint now{};
    TimePoint last{};
    // Three times as much as it takes.
    for (int i = 0; i < 20'000; ++i) {
      const size_t size = 1 + random.Below(1500);
      now += Duration(static_cast<int64_t>(size * 8'000'000'000 / rate / 3));
      const Passage passage = impairment.Pass(now, size);
      if (passage.fate == Fate::kQueueFull) continue;
      bytes += size;
      last = passage.all[0].at;
      ASSERT_LE((last - now).count(), static_cast<int64_t>(20'000 * 8'000'000'000 / rate + 1));
      // The rate is never exceeded, and used in full.
      const auto sent_by_last =
          static_cast<double>(last.time_since_epoch().count()) * static_cast<double>(rate) / 8e9;
      ASSERT_LE(static_cast<double>(bytes), sent_by_last * (1 + 1e-12) + 1e-3) << rate;
    }
    const double full =
        static_cast<double>(last.time_since_epoch().count()) * static_cast<double>(rate) / 8e9;
    EXPECT_NEAR(static_cast<double>(bytes), full, 1500) << rate;
  }
}

TEST(Rate, CountsTheUnharmedAndNotTheCopies) {
  Impairment impairment({.duplicate = 1, .bits_per_second = k8Mbit, .queue_bytes = 1 << 20}, 1);
  const Passage first = impairment.Pass(At(seconds(1)), kSize);
  ASSERT_EQ(first.deliveries().size(), 2U);
  EXPECT_TRUE(first.all[1].at == At(seconds(1) + milliseconds(1)));
  EXPECT_TRUE(impairment.PassUnharmed(At(seconds(1)), kSize).all[0].at ==
              At(seconds(1) + milliseconds(2)));
  EXPECT_TRUE(impairment.Pass(At(seconds(1)), kSize).all[0].at == At(seconds(1) + milliseconds(3)));
}

TEST(Rate, DropsTheUnharmedToo) {
  Impairment impairment({.bits_per_second = k8Mbit, .queue_bytes = kSize}, 1);
  EXPECT_EQ(impairment.PassUnharmed(At(seconds(1)), kSize).fate, Fate::kDelivered);
  EXPECT_EQ(impairment.PassUnharmed(At(seconds(1)), kSize).fate, Fate::kQueueFull);
}

TEST(Rate, LostOnesTakeNoTurn) {
  Impairment impairment({.loss = 1, .bits_per_second = k8Mbit, .queue_bytes = kSize}, 1);
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(impairment.Pass(At(seconds(1)), kSize).fate, Fate::kLost);
  }
  impairment.Change({.bits_per_second = k8Mbit, .queue_bytes = kSize});
  EXPECT_TRUE(impairment.Pass(At(seconds(1)), kSize).all[0].at == At(seconds(1) + milliseconds(1)));
}

TEST(Rate, SurvivesATimeThatGoesBack) {
  Impairment impairment({.bits_per_second = k8Mbit, .queue_bytes = 2 * kSize}, 1);
  EXPECT_TRUE(impairment.Pass(At(seconds(2)), kSize).all[0].at == At(seconds(2) + milliseconds(1)));
  EXPECT_TRUE(impairment.Pass(At(seconds(1)), kSize).all[0].at == At(seconds(2) + milliseconds(2)));
  EXPECT_EQ(impairment.Pass(At(seconds(1)), kSize).fate, Fate::kQueueFull);
}

TEST(Rate, KeepsItsQueueOverAYearOfSilenceAtAnyRate) {
  for (const uint64_t rate : {uint64_t{1}, ~uint64_t{0}}) {
    Impairment impairment({.bits_per_second = rate, .queue_bytes = kSize}, 1);
    EXPECT_EQ(impairment.Pass(At(seconds(1)), kSize).fate, Fate::kDelivered);
    const TimePoint later = At(std::chrono::hours(24 * 366));
    const Passage passage = impairment.Pass(later, kSize);
    ASSERT_EQ(passage.fate, Fate::kDelivered);
    EXPECT_TRUE(passage.all[0].at == later + (rate == 1 ? Duration(seconds(8000)) : Duration(1)));
  }
}

TEST(Change, KeepsTheOrder) {
  Impairment impairment({.delay = milliseconds(100)}, 1);
  EXPECT_TRUE(impairment.Pass(At(seconds(1)), kSize).all[0].at ==
              At(seconds(1) + milliseconds(100)));
  impairment.Change({});
  EXPECT_TRUE(impairment.Pass(At(seconds(1) + milliseconds(10)), kSize).all[0].at ==
              At(seconds(1) + milliseconds(100)));
  EXPECT_TRUE(impairment.Pass(At(seconds(1) + milliseconds(101)), kSize).all[0].at ==
              At(seconds(1) + milliseconds(101)));
}

TEST(Change, FromJitterThatReordersKeepsTheOrderFromThen) {
  Impairment impairment({.delay = milliseconds(100), .jitter_reorders = true}, 1);
  EXPECT_TRUE(impairment.Pass(At(seconds(1)), kSize).all[0].at ==
              At(seconds(1) + milliseconds(100)));
  impairment.Change({});
  EXPECT_TRUE(impairment.Pass(At(seconds(1)), kSize).all[0].at ==
              At(seconds(1) + milliseconds(100)));
}

}  // namespace
}  // namespace baton::impair
