// Numbers that one thread writes and any thread may read: metrics. A write is a plain load, add
// and store (no locked instruction), which is why there may be only one writer.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace baton {

class Counter {
 public:
  void Add(uint64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void Set(uint64_t n) { value_.store(n, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

class Gauge {
 public:
  void Add(int64_t n) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void Set(int64_t n) { value_.store(n, std::memory_order_relaxed); }
  int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

// Counts by power of two: bucket i holds values in (2^(i-1), 2^i]; bucket 0 holds 0 and 1; the last
// one holds the rest. The unit is the caller's.
template <size_t kBuckets>
class PowerHistogram {
 public:
  static constexpr size_t kSize = kBuckets;
  // The largest value that bucket `i` holds.
  static constexpr uint64_t UpperBound(size_t i) { return uint64_t{1} << i; }

  void Record(uint64_t value, uint64_t times = 1) {
    const auto i = static_cast<size_t>(value <= 1 ? 0 : std::bit_width(value - 1));
    buckets_[i < kBuckets ? i : kBuckets - 1].Add(times);
    sum_.Add(value * times);
  }
  uint64_t bucket(size_t i) const { return buckets_[i].value(); }
  uint64_t sum() const { return sum_.value(); }

 private:
  std::array<Counter, kBuckets> buckets_{};
  Counter sum_;
};

}  // namespace baton
