// Time as the pure parts of Baton see it: a monotonic point that somebody hands in. There is no
// now() here on purpose; base/clock.h has it, for those who may read a clock.
#pragma once

#include <chrono>

namespace baton {

using Duration = std::chrono::nanoseconds;

// Names the epoch of TimePoint (the host's CLOCK_MONOTONIC, or a simulation's virtual clock).
struct MonotonicEpoch {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
};

using TimePoint = std::chrono::time_point<MonotonicEpoch, Duration>;

// "Never", as the answer to "when next?".
inline constexpr TimePoint kNever = TimePoint::max();

}  // namespace baton
