// The time of the simulation that runs on the calling thread.
//
// The file that implements this also defines what base/clock.h declares, and is linked in the place
// of base/clock.cc: the event loops of net/, which read the clock, read this one.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/time_point.h"

namespace baton::sim {

// Not zero, so that a point of time that nobody has set is visibly in the past.
inline constexpr TimePoint kBeginning = TimePoint(std::chrono::hours(1));

class VirtualClock {
 public:
  static TimePoint now();
  // Backwards only to begin another simulation.
  static void Set(TimePoint now);
};

}  // namespace baton::sim
