#include "bench/load/latency_histogram.h"

#include <algorithm>
#include <cmath>

namespace baton::bench {

void LatencyHistogram::Record(uint64_t ns, uint64_t times) {
  if (times == 0) return;
  ns = std::min(ns, kMax);
  buckets_[IndexOf(ns)] += times;
  count_ += times;
  min_ = std::min(min_, ns);
  max_ = std::max(max_, ns);
  sum_ += static_cast<double>(ns) * static_cast<double>(times);
}

void LatencyHistogram::Add(const LatencyHistogram& other) {
  for (size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
}

void LatencyHistogram::Clear() {
  std::fill(buckets_.begin(), buckets_.end(), 0);
  count_ = 0;
  min_ = ~uint64_t{0};
  max_ = 0;
  sum_ = 0;
}

double LatencyHistogram::mean() const {
  return count_ == 0 ? 0 : sum_ / static_cast<double>(count_);
}

double LatencyHistogram::StandardDeviation() const {
  if (count_ == 0) return 0;
  const double mean_ns = mean();
  double squares = 0;
  for (size_t i = 0; i < buckets_.size(); ++i) {
    if (buckets_[i] == 0) continue;
    const uint64_t lower = i == 0 ? 0 : UpperBound(i - 1) + 1;
    const double middle = (static_cast<double>(lower) + static_cast<double>(UpperBound(i))) / 2;
    squares += (middle - mean_ns) * (middle - mean_ns) * static_cast<double>(buckets_[i]);
  }
  return std::sqrt(squares / static_cast<double>(count_));
}

uint64_t LatencyHistogram::Quantile(double quantile) const {
  if (count_ == 0) return 0;
  const double wanted = std::ceil(std::clamp(quantile, 0.0, 1.0) * static_cast<double>(count_));
  // At least one value, so that the quantile 0 is the smallest.
  const uint64_t rank = std::max<uint64_t>(1, static_cast<uint64_t>(wanted));
  uint64_t seen = 0;
  for (size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= rank) return std::min(UpperBound(i), max_);
  }
  return max_;
}

std::optional<LatencyHistogram> LatencyHistogram::Restore(std::span<const Bucket> buckets,
                                                          uint64_t min, uint64_t max, double sum) {
  LatencyHistogram histogram;
  for (const auto& [index, count] : buckets) {
    if (index >= histogram.buckets_.size() || histogram.count_ + count < count) return std::nullopt;
    histogram.buckets_[index] += count;
    histogram.count_ += count;
  }
  if (histogram.count_ == 0) return histogram;
  const bool ends_fit = min <= max && max <= kMax && histogram.buckets_[IndexOf(min)] != 0 &&
                        histogram.buckets_[IndexOf(max)] != 0;
  if (!ends_fit || !std::isfinite(sum) || sum < 0) return std::nullopt;
  histogram.min_ = min;
  histogram.max_ = max;
  histogram.sum_ = sum;
  return histogram;
}

}  // namespace baton::bench
