// What a finished file says of itself.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "record/finished_file.h"
#include "record/recording_directory.h"

namespace baton::record {

// Whether a file of this name is media of a recording, or packets: by its extension.
bool IsRecordedFile(const std::string& name);

// Reads all of it. The duration is up to the last frame's beginning where that does not have one.
// DATA_LOSS: it cannot be read.
absl::StatusOr<FinishedFile> DescribeFile(const RecordingDirectory& directory,
                                          const std::string& name);

}  // namespace baton::record
