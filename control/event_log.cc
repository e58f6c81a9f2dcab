#include "control/event_log.h"

#include <algorithm>

#include "base/check.h"

namespace baton::control {

EventLog::EventLog(size_t capacity) : slots_(capacity) {
  for (std::string& slot : slots_) slot.assign(kSlotBytes, '\0');
}

uint64_t EventLog::Append(v1::Event event) {
  event.set_revision(++last_);
  BATON_CHECK(event.SerializeToString(&slots_[last_ % slots_.size()]));
  return last_;
}

bool EventLog::CanResumeAfter(uint64_t revision) const {
  return revision <= last_ && last_ - revision <= std::min<uint64_t>(last_, slots_.size());
}

void EventLog::Read(uint64_t* revision, size_t max_bytes, v1::EventBatch* batch) const {
  BATON_CHECK(CanResumeAfter(*revision));
  size_t bytes = 0;
  while (*revision < last_ && bytes < max_bytes) {
    const std::string& event = SlotOf(++*revision);
    bytes += event.size();
    BATON_CHECK(batch->add_events()->ParseFromString(event));
  }
}

}  // namespace baton::control
