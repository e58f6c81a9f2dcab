// Which temporal layers a leg may forward and leave out, by what was asked for and when. The relay
// may take a while to go up, because it can only where nothing is missing, and goes down with the
// next frame.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/time_point.h"

namespace baton::sim {

class LayerRule {
 public:
  // The highest temporal layer that is wanted, from now on.
  void Want(TimePoint now, uint8_t temporal) {
    if (temporal == wanted_) return;
    (temporal > wanted_ ? raised_ : lowered_) = now;
    if (temporal > wanted_) before_raise_ = std::min(before_raise_until(now), wanted_);
    wanted_ = temporal;
  }

  // What came at `at`, now or earlier.
  bool MayLeaveOut(TimePoint at, uint8_t temporal) const {
    return temporal > std::min(wanted_, before_raise_until(at));
  }
  bool MayForward(TimePoint now, uint8_t temporal) const {
    return temporal <= wanted_ || now - lowered_ <= kGoingDown;
  }

 private:
  static constexpr uint8_t kAll = 255;
  static constexpr Duration kGoingUp = std::chrono::seconds(6);
  static constexpr Duration kGoingDown = std::chrono::seconds(1);

  uint8_t before_raise_until(TimePoint now) const {
    return now - raised_ <= kGoingUp ? before_raise_ : kAll;
  }

  uint8_t wanted_ = kAll;
  uint8_t before_raise_ = kAll;  // the lowest of before recent raises
  TimePoint raised_{};
  TimePoint lowered_{};
};

}  // namespace baton::sim
