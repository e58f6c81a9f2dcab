// The least of what was seen in the last while: of many delays the one that nothing held up.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "base/time_point.h"

namespace baton::record {

// Remembers between kWindow - kBucket and kWindow. Plain data.
class WindowedMinimum {
 public:
  static constexpr Duration kBucket = std::chrono::seconds(5);
  static constexpr size_t kBuckets = 6;
  static constexpr Duration kWindow = kBucket * kBuckets;

  // A `now` before the latest counts as the latest.
  void Add(Duration value, TimePoint now) {
    if (!began_ || now - *began_ >= kWindow) {
      buckets_ = {};
      began_ = now;
    }
    while (now - *began_ >= kBucket) {
      std::rotate(buckets_.begin(), buckets_.end() - 1, buckets_.end());
      buckets_.front().reset();
      *began_ += kBucket;
    }
    auto& newest = buckets_.front();
    newest = newest ? std::min(*newest, value) : value;
  }

  void Reset() { *this = {}; }

  // Nothing before the first value. What has grown old goes when a new value comes, so that there
  // is always one.
  std::optional<Duration> value() const {
    std::optional<Duration> least;
    for (const auto& bucket : buckets_) {
      if (bucket && (!least || *bucket < *least)) least = bucket;
    }
    return least;
  }

 private:
  std::array<std::optional<Duration>, kBuckets> buckets_;  // the newest first
  std::optional<TimePoint> began_;                         // when the newest did
};

}  // namespace baton::record
