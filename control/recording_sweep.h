// Keeps the disk that recordings lie on in order: deletes what is old enough, and, where the
// configuration says so, the oldest finished ones for want of space. For the disk thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "control/recording_counters.h"
#include "control/recording_shelf.h"

namespace baton::control {

struct SweepOptions {
  int64_t delete_after_s = 0;  // 0: never
  uint64_t min_free_bytes = 0;
  bool delete_oldest = false;
};

struct SweepReport {
  struct Deleted {
    std::string recording;
    Deletion reason;
  };
  struct Kept {
    std::string recording;
    std::string why;
  };
  std::vector<Deleted> deleted;
  std::vector<Kept> undeletable;
  std::vector<std::string> unfinished;  // what a crash has left
};

SweepReport Sweep(RecordingShelf& shelf, const SweepOptions& options, int64_t now_unix_s);

// A directory for a recording that begins. RESOURCE_EXHAUSTED if less than min_free_bytes is free
// and no finished recording may be deleted; what was deleted is added to `report`.
absl::StatusOr<RecordingDirectory> MakeDirectory(RecordingShelf& shelf, const std::string& name,
                                                 const SweepOptions& options, SweepReport* report);

}  // namespace baton::control
