// Finishes what a crash left in a recording's directory.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "record/finished_file.h"
#include "record/recording_directory.h"

namespace baton::record {

struct RepairedFile {
  enum class Outcome {
    kRepaired,  // `file` has everything that `part_name` had up to where it was cut off
    kDamaged,   // `file` has what could be read; the original is kept in `broken_name`
    kBroken,    // nothing could be read; it is kept in `broken_name`, and `file` is empty
    kFailed,    // the disk, or no ordinary file: it is as it was
  };

  std::string part_name;  // "alice.webm.part"
  Outcome outcome = Outcome::kFailed;
  FinishedFile file;
  std::string broken_name;  // "alice.webm.part.broken"
  std::string problem;      // what kept it from being kRepaired
};

struct RepairReport {
  std::vector<RepairedFile> files;
  bool manifest_written = false;
};

// Each `*.webm.part` and `*.mkv.part` is copied, without transcoding, into a file with index and
// duration that has all frames that can be read; each `*.rtpdump.part` is cut to its last whole
// record; the manifest is completed from `manifest.json.part` and what is there. The caller has the
// directory's Lock(), and has called SetUpLibav().
//
// May be killed at any moment and run again: what has been done stays done. Removes only what it
// has carried over and what it has itself left behind; does not follow links; holds one frame at a
// time. Files may have any content. Nothing to do is no error; one of the directory or of the
// manifest is.
absl::StatusOr<RepairReport> Repair(RecordingDirectory& directory);

}  // namespace baton::record
