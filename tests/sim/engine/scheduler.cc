#include "tests/sim/engine/scheduler.h"

#include <algorithm>

#include "tests/sim/engine/virtual_clock.h"

namespace baton::sim {

Scheduler::Scheduler() { SetClock(kBeginning); }

void Scheduler::SetClock(TimePoint now) {
  now_ = now;
  VirtualClock::Set(now);
}

void Scheduler::At(TimePoint when, Actor& actor, uint64_t what) {
  queue_.push_back({std::max(when, now_), scheduled_++, &actor, what});
  std::push_heap(queue_.begin(), queue_.end(), IsLater);
}

bool Scheduler::RunNext(TimePoint end) {
  if (queue_.empty() || queue_.front().when > end) {
    SetClock(std::max(now_, end));
    return false;
  }
  std::pop_heap(queue_.begin(), queue_.end(), IsLater);
  const Entry next = queue_.back();
  queue_.pop_back();
  SetClock(next.when);
  ++happened_;
  next.actor->Happen(now_, next.what);
  return true;
}

}  // namespace baton::sim
