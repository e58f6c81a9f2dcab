#include "bench/load/interval_log.h"

#include <gtest/gtest.h>

namespace baton::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr TimePoint kBegin{std::chrono::seconds(10)};

Arrivals Received(uint64_t packets) {
  Arrivals arrivals;
  arrivals.legs.received = packets;
  arrivals.latency.Record(1000 * packets, packets);
  return arrivals;
}

TEST(IntervalLog, CountsLossWhereThePacketsWereSent) {
  SendStats sent;
  IntervalLog log(sent);
  log.Begin(kBegin);
  sent.Count(10, 1000, 5);
  log.Cut(kBegin + seconds(1), Received(9), {.expected = 77, .lost = 77}, {});
  EXPECT_FALSE(log.Latest().has_value());
  sent.Count(20, 2000, 3);
  log.Cut(kBegin + seconds(2), Received(20), {.expected = 10, .lost = 1}, {.expected = 4});
  ASSERT_TRUE(log.Latest().has_value());
  EXPECT_EQ(log.Latest()->legs.lost, 1U);
  log.Cut(kBegin + milliseconds(2500), Received(0), {.expected = 16, .lost = 0}, {});
  const ReceivedResult result = log.Finish({.expected = 5, .lost = 5});

  ASSERT_EQ(result.intervals.size(), 3U);
  EXPECT_EQ(result.intervals[0].sent, 10U);
  EXPECT_EQ(result.intervals[0].sent_bytes, 1000U);
  EXPECT_EQ(result.intervals[0].generator_lag_max, 5U);
  EXPECT_EQ(result.intervals[0].legs.expected, 10U);
  EXPECT_EQ(result.intervals[0].legs.received, 9U);
  EXPECT_EQ(result.intervals[1].start_s, 1);
  EXPECT_EQ(result.intervals[1].generator_lag_max, 3U);
  EXPECT_EQ(result.intervals[1].legs.expected, 20U);
  EXPECT_EQ(result.intervals[2].length_s, 0.5);
  EXPECT_EQ(result.intervals[2].legs.lost, 5U);
  EXPECT_EQ(result.legs.expected, 35U);
  EXPECT_EQ(result.legs.lost, 6U);
  EXPECT_EQ(result.legs.received, 29U);
  EXPECT_EQ(result.latency.count(), 29U);
}

}  // namespace
}  // namespace baton::bench
