// Measures how long a loop was not waiting, from two readings of the clock for each wait.
#pragma once

#include "base/counter.h"
#include "base/time_point.h"

namespace baton::net {

class BusyClock {
 public:
  explicit BusyClock(Counter& busy_ns) : busy_ns_(busy_ns) {}

  void Start(TimePoint now) { since_ = now; }
  // `now` is when a wait begins or might have begun.
  void Stop(TimePoint now) {
    busy_ns_.Add(static_cast<uint64_t>((now - since_).count()));
    since_ = now;
  }

 private:
  Counter& busy_ns_;
  TimePoint since_{};
};

}  // namespace baton::net
