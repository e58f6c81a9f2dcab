// Completes the manifest of a recording that a crash has ended.
#pragma once

#include "absl/status/statusor.h"
#include "record/recording_directory.h"

namespace baton::record {

// Makes manifest.json from manifest.json.part, if there is one, or from itself, and from the files
// of the directory: each media file and each file of packets is in it, finished, with its size,
// checksum and times. One that makes no sense is kept under kBrokenSuffix. Returns whether there
// was anything to write.
//
// What it writes follows from what is in the directory alone, so that a repair that was killed can
// be repeated.
absl::StatusOr<bool> RepairManifest(RecordingDirectory& directory);

}  // namespace baton::record
