// When bursts are due, at even distances, and how late they were.
#pragma once

#include <cstdint>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/time_point.h"

namespace baton::bench {

// A sleeping thread may come back this much late, so the last bit before a burst is spun away.
inline constexpr Duration kSpin = std::chrono::microseconds(60);

inline void SleepUntil(TimePoint when) {
  const Duration left = when - MonotonicNow();
  if (left > Duration(0)) std::this_thread::sleep_for(left);
}

class Schedule {
 public:
  // Of a burst every `interval`, from now on.
  explicit Schedule(Duration interval) : interval_(interval), start_(MonotonicNow()) {}

  Duration interval() const { return interval_; }
  TimePoint due() const { return start_ + interval_ * bursts_; }
  // The burst that was due is about to be sent.
  void Begin() {
    const Duration lag = MonotonicNow() - due();
    lag_ns_.push_back(lag.count());
    ++bursts_;
  }
  std::vector<int64_t> TakeLag() { return std::move(lag_ns_); }

 private:
  Duration interval_;
  TimePoint start_;
  int64_t bursts_ = 0;
  std::vector<int64_t> lag_ns_;
};

}  // namespace baton::bench
