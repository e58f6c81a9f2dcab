// Whether what waits in a recording's queue is being taken. Pure.
#pragma once

#include <cstdint>

#include "base/time_point.h"

namespace baton::control {

class StallDetector {
 public:
  explicit StallDetector(Duration after) : after_(after) {}

  // `backlog`: bytes that wait; `written`: bytes that were taken, ever. True once for each time
  // that something waits and nothing is taken for `after`.
  bool Begins(TimePoint now, uint64_t backlog, uint64_t written) {
    const bool moves = backlog == 0 || written != written_;
    written_ = written;
    if (moves) {
      moved_ = now;
      stalled_ = false;
      return false;
    }
    if (stalled_ || now - moved_ < after_) return false;
    stalled_ = true;
    return true;
  }

 private:
  const Duration after_;
  TimePoint moved_;
  uint64_t written_ = 0;
  bool stalled_ = false;
};

}  // namespace baton::control
