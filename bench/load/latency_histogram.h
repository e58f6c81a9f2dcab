// A log-linear histogram of durations in ns, as HdrHistogram has it: exact to one part in 128 from
// 1 us to over an hour, in a few tens of kB. Not thread-safe; one for each thread, then Add().
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace baton::bench {

class LatencyHistogram {
 public:
  // Each power of two is cut into this many equal buckets.
  static constexpr uint64_t kSubBuckets = 128;
  // Longer than any run; what exceeds it counts as this.
  static constexpr uint64_t kMax = uint64_t{1} << 42;

  LatencyHistogram() : buckets_(IndexOf(kMax) + 1) {}

  void Record(uint64_t ns, uint64_t times = 1);
  void Add(const LatencyHistogram& other);
  void Clear();

  uint64_t count() const { return count_; }
  // 0 if there are none.
  uint64_t min() const { return count_ == 0 ? 0 : min_; }
  uint64_t max() const { return max_; }
  double mean() const;
  // As far as buckets tell it.
  double StandardDeviation() const;
  // The value that `quantile` (0..1) of all are no longer than: the upper end of its bucket, and
  // never more than max(). 0 if there are none.
  uint64_t Quantile(double quantile) const;

  // Buckets, for storing and drawing: bucket i holds values up to UpperBound(i), beyond those of
  // bucket i - 1.
  size_t size() const { return buckets_.size(); }
  double sum() const { return sum_; }
  uint64_t bucket(size_t i) const { return buckets_[i]; }
  static uint64_t UpperBound(size_t i) {
    if (i < 2 * kSubBuckets) return i;
    const size_t shift = i / kSubBuckets - 1;
    return ((i % kSubBuckets + kSubBuckets + 1) << shift) - 1;
  }
  static size_t IndexOf(uint64_t ns) {
    if (ns < 2 * kSubBuckets) return ns;
    const auto shift = static_cast<size_t>(std::bit_width(ns) - std::bit_width(kSubBuckets));
    return shift * kSubBuckets + (ns >> shift);
  }

  // What was stored of a histogram: pairs of a bucket's number and its count, and what buckets do
  // not tell. Nothing if that is no histogram's.
  using Bucket = std::pair<size_t, uint64_t>;
  static std::optional<LatencyHistogram> Restore(std::span<const Bucket> buckets, uint64_t min,
                                                 uint64_t max, double sum);

 private:
  std::vector<uint64_t> buckets_;
  uint64_t count_ = 0;
  uint64_t min_ = ~uint64_t{0};
  uint64_t max_ = 0;
  double sum_ = 0;
};

}  // namespace baton::bench
