// The queue of what is to happen, in virtual time. The clock stands still while something happens
// and then jumps to the next thing.
//
// Things that are due at one moment happen in the order in which they were scheduled, so a run is
// the same every time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time_point.h"

namespace baton::sim {

// Something that things happen to. Lives until the scheduler does: there is no way to unschedule,
// an actor that has changed its mind ignores what comes.
class Actor {
 public:
  virtual ~Actor() = default;
  // `what` is as it was scheduled; its meaning is the actor's own.
  virtual void Happen(TimePoint now, uint64_t what) = 0;
};

class Scheduler {
 public:
  // Sets the clock to kBeginning.
  Scheduler();

  TimePoint now() const { return now_; }

  // `when` in the past means now.
  void At(TimePoint when, Actor& actor, uint64_t what = 0);
  void After(Duration delay, Actor& actor, uint64_t what = 0) { At(now_ + delay, actor, what); }

  // Lets the next thing happen, if it is due by `end`. False if there is none: then the clock is at
  // `end`.
  bool RunNext(TimePoint end);

  size_t pending() const { return queue_.size(); }
  uint64_t happened() const { return happened_; }

 private:
  struct Entry {
    TimePoint when;
    uint64_t order;
    Actor* actor;
    uint64_t what;
  };
  // Turns the heap, which has its largest element in front, around.
  static bool IsLater(const Entry& a, const Entry& b) {
    return a.when != b.when ? a.when > b.when : a.order > b.order;
  }
  void SetClock(TimePoint now);

  TimePoint now_;
  std::vector<Entry> queue_;  // a heap
  uint64_t scheduled_ = 0;
  uint64_t happened_ = 0;
};

}  // namespace baton::sim
