// Copies of what can be read of a file that a crash has left.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "base/time_point.h"

namespace baton::record {

struct Salvage {
  uint64_t bytes = 0;  // of the copy
  Duration start{};    // recording time of the first and of the last media, or packet
  Duration end{};
  // Why the copy lacks something that was in the file before its end; empty if it lacks nothing.
  std::string damage;
};

// From one open file into another, which is empty; `name` is that of the first, "alice.webm.part".
// DATA_LOSS: nothing can be read. Other errors are of the disk.

// WebM or Matroska, by what `name` says. The copy has an index and a duration.
absl::StatusOr<Salvage> SalvageMedia(int from, int to, const std::string& name);

// Whole records of an rtpdump file.
absl::StatusOr<Salvage> SalvageRtpdump(int from, int to, const std::string& name);

}  // namespace baton::record
