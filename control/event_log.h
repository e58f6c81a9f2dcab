// The node's recent events by revision: what a watcher reads from, and resumes from. One log serves
// all watchers, each with a cursor of its own, so a slow watcher costs no memory; it falls off the
// log's end instead. Its memory is there from the start, and does not grow while it fills: events
// are kept as they travel, in slots that are used again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "proto/control.pb.h"

namespace baton::control {

class EventLog {
 public:
  // Keeps the last `capacity` (> 0) events.
  explicit EventLog(size_t capacity);

  // Numbers the event (1, 2, 3, ...), keeps it, and returns its revision.
  uint64_t Append(v1::Event event);

  // Of the last event; 0 before the first.
  uint64_t last_revision() const { return last_; }

  // All events after `revision` are still here; true for the last revision itself, false for one of
  // the future.
  bool CanResumeAfter(uint64_t revision) const;

  // Copies events after `*revision` into `batch` in order, until there are no more or the batch has
  // reached `max_bytes` (it may pass it by one event), and advances `*revision`.
  // CanResumeAfter(*revision) holds.
  void Read(uint64_t* revision, size_t max_bytes, v1::EventBatch* batch) const;

 private:
  // What most events need; a slot grows for one that needs more.
  static constexpr size_t kSlotBytes = 128;

  const std::string& SlotOf(uint64_t revision) const { return slots_[revision % slots_.size()]; }

  uint64_t last_ = 0;
  std::vector<std::string> slots_;  // serialized v1::Event, by revision
};

}  // namespace baton::control
