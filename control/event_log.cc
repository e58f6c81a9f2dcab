#include "control/event_log.h"

#include <utility>

#include "base/check.h"

namespace baton::control {

uint64_t EventLog::Append(v1::Event event) {
  event.set_revision(++last_);
  if (events_.size() == capacity_) events_.pop_front();
  events_.push_back(std::move(event));
  return last_;
}

bool EventLog::CanResumeAfter(uint64_t revision) const {
  return revision <= last_ && last_ - revision <= events_.size();
}

void EventLog::Read(uint64_t* revision, size_t max_bytes, v1::EventBatch* batch) const {
  BATON_CHECK(CanResumeAfter(*revision));
  size_t bytes = 0;
  while (*revision < last_ && bytes < max_bytes) {
    const v1::Event& event = events_[events_.size() - (last_ - *revision)];
    bytes += event.ByteSizeLong();
    *batch->add_events() = event;
    ++*revision;
  }
}

}  // namespace baton::control
