// The files of a session in a recording's directory.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "record/recording_directory.h"
#include "record/recording_files.h"

namespace baton::record {

class DiskFiles final : public RecordingFiles {
 public:
  // Outlives this and all that it makes; the caller has its Lock(), and has called SetUpLibav().
  explicit DiskFiles(RecordingDirectory& directory) : directory_(directory) {}

  absl::StatusOr<std::unique_ptr<MediaTarget>> CreateMedia(
      std::string_view stem, const std::vector<StreamParameters>& streams) override;
  absl::StatusOr<std::unique_ptr<RawTarget>> CreateRaw(std::string_view stem,
                                                       int64_t start_us) override;
  absl::StatusOr<std::string> ReadManifest() override;
  absl::Status UpdateManifest(std::string_view json) override;
  // Files that an earlier segment, or a full disk, has left unfinished are repaired first.
  absl::Status FinishManifest(std::string_view json) override;

 private:
  RecordingDirectory& directory_;
};

}  // namespace baton::record
