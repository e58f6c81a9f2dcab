#include "bench/load/latency_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/random.h"
#include "bench/load/result.h"

namespace baton::bench {
namespace {

// From ns to an hour, as often at each order of magnitude.
uint64_t AnyDuration(Random& random) {
  const uint64_t bits = random.Below(42);
  return random.Below(uint64_t{2} << bits);
}

// The smallest value that `quantile` of all are no longer than.
uint64_t ExactQuantile(std::vector<uint64_t> values, double quantile) {
  std::sort(values.begin(), values.end());
  const double rank = std::ceil(quantile * static_cast<double>(values.size()));
  return values[std::max<size_t>(1, static_cast<size_t>(rank)) - 1];
}

void ExpectSame(const LatencyHistogram& a, const LatencyHistogram& b) {
  EXPECT_EQ(a.count(), b.count());
  EXPECT_EQ(a.min(), b.min());
  EXPECT_EQ(a.max(), b.max());
  EXPECT_NEAR(a.sum(), b.sum(), a.sum() * 1e-12);
  for (size_t i = 0; i < a.size(); ++i) ASSERT_EQ(a.bucket(i), b.bucket(i)) << i;
}

TEST(LatencyHistogram, EveryValueIsInTheBucketThatEndsAtOrAboveIt) {
  Random random(1);
  for (int i = 0; i < 100'000; ++i) {
    const uint64_t ns = std::min(AnyDuration(random), LatencyHistogram::kMax);
    const size_t bucket = LatencyHistogram::IndexOf(ns);
    ASSERT_GE(LatencyHistogram::UpperBound(bucket), ns);
    if (bucket > 0) {
      ASSERT_LT(LatencyHistogram::UpperBound(bucket - 1), ns);
    }
  }
}

TEST(LatencyHistogram, QuantilesAreWithinOnePartIn128) {
  Random random(2);
  for (int round = 0; round < 50; ++round) {
    LatencyHistogram histogram;
    std::vector<uint64_t> values;
    for (uint64_t n = 1 + random.Below(3000); n > 0; --n) {
      values.push_back(AnyDuration(random));
      histogram.Record(values.back());
    }
    for (const double quantile : {0.0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0}) {
      const uint64_t exact = ExactQuantile(values, quantile);
      const uint64_t told = histogram.Quantile(quantile);
      ASSERT_GE(told, exact) << "seed 2, round " << round << ", quantile " << quantile;
      ASSERT_LE(told - exact, exact / LatencyHistogram::kSubBuckets)
          << "seed 2, round " << round << ", quantile " << quantile;
    }
  }
}

TEST(LatencyHistogram, AddIsTheSameAsRecordingAll) {
  Random random(3);
  LatencyHistogram all;
  LatencyHistogram sum;
  for (int part = 0; part < 4; ++part) {
    LatencyHistogram histogram;
    for (int i = 0; i < 1000; ++i) {
      const uint64_t ns = AnyDuration(random);
      const uint64_t times = 1 + random.Below(3);
      histogram.Record(ns, times);
      all.Record(ns, times);
    }
    sum.Add(histogram);
  }
  ExpectSame(sum, all);
  sum.Add(LatencyHistogram());
  ExpectSame(sum, all);
}

TEST(LatencyHistogram, IsEmptyAtFirstAndAfterClear) {
  LatencyHistogram histogram;
  for (int round = 0; round < 2; ++round) {
    ExpectSame(histogram, LatencyHistogram());
    EXPECT_EQ(histogram.min(), 0u);
    EXPECT_EQ(histogram.Quantile(0.99), 0u);
    EXPECT_EQ(histogram.mean(), 0);
    EXPECT_EQ(histogram.StandardDeviation(), 0);
    histogram.Record(12345);
    histogram.Clear();
  }
}

TEST(LatencyHistogram, WhatIsLongerThanTheLongestCountsAsThat) {
  LatencyHistogram histogram;
  histogram.Record(~uint64_t{0});
  EXPECT_EQ(histogram.max(), LatencyHistogram::kMax);
  EXPECT_EQ(histogram.Quantile(0.5), LatencyHistogram::kMax);
}

TEST(LatencyHistogram, MeanAndDeviation) {
  LatencyHistogram histogram;
  histogram.Record(100, 3);
  histogram.Record(200, 1);
  EXPECT_EQ(histogram.mean(), 125);
  EXPECT_NEAR(histogram.StandardDeviation(), 43.3, 0.1);
}

TEST(LatencyHistogram, RestoreIsTheInverseOfTakingItApart) {
  Random random(4);
  LatencyHistogram histogram;
  for (int i = 0; i < 1000; ++i) histogram.Record(AnyDuration(random));
  std::vector<LatencyHistogram::Bucket> buckets;
  for (size_t i = 0; i < histogram.size(); ++i) {
    if (histogram.bucket(i) != 0) buckets.emplace_back(i, histogram.bucket(i));
  }
  const auto restored =
      LatencyHistogram::Restore(buckets, histogram.min(), histogram.max(), histogram.sum());
  ASSERT_TRUE(restored);
  ExpectSame(*restored, histogram);
}

TEST(LatencyHistogram, RestoreRefusesWhatIsNoHistogram) {
  using Bucket = LatencyHistogram::Bucket;
  const Bucket ten{10, 1};
  const Bucket twenty{20, 1};
  const std::vector<Bucket> good = {ten, twenty};
  EXPECT_TRUE(LatencyHistogram::Restore(good, 10, 20, 30));
  EXPECT_TRUE(LatencyHistogram::Restore({}, 0, 0, 0));
  EXPECT_FALSE(LatencyHistogram::Restore(good, 20, 10, 30));
  EXPECT_FALSE(LatencyHistogram::Restore(good, 9, 20, 30));
  EXPECT_FALSE(LatencyHistogram::Restore(good, 10, ~uint64_t{0}, 30));
  EXPECT_FALSE(LatencyHistogram::Restore(good, 10, 20, std::nan("")));
  const std::vector<Bucket> far = {{LatencyHistogram().size(), 1}};
  EXPECT_FALSE(LatencyHistogram::Restore(far, 10, 20, 30));
  const std::vector<Bucket> overflowing = {{10, ~uint64_t{0}}, twenty};
  EXPECT_FALSE(LatencyHistogram::Restore(overflowing, 10, 20, 30));
}

TEST(Result, PercentilesOfAHistogram) {
  LatencyHistogram histogram;
  for (uint64_t i = 1; i <= 100; ++i) histogram.Record(i);
  const Percentiles percentiles = PercentilesOf(histogram);
  EXPECT_EQ(percentiles.p50, 50u);
  EXPECT_EQ(percentiles.p90, 90u);
  EXPECT_EQ(percentiles.p99, 99u);
  EXPECT_EQ(percentiles.p999, 100u);
  EXPECT_EQ(percentiles.max, 100u);
  EXPECT_EQ(percentiles.mean, 50.5);
}

TEST(Result, LossIsAShareOfWhatWasExpected) {
  EXPECT_EQ(LossOf({.expected = 1000, .lost = 1}), 0.001);
  EXPECT_EQ(LossOf({}), 0);
}

}  // namespace
}  // namespace baton::bench
