// The recordings that lie on disk: which are finished and since when, which a crash has left
// unfinished, and how one is deleted. A recording is a directory right beneath the root whose name
// is a recording's and in which there are ordinary files only, a manifest (or what is to become
// one) among them; whatever else is there is left alone, and no link is followed.
//
// Every call may block for as long as the disk does: for the disk thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "control/recording_directory.h"

namespace baton::control {

struct ShelvedRecording {
  std::string name;
  bool finished = false;  // has its manifest, and no file that is still to be finished
  // When a finished one ended: as its manifest says, or by the directory's time.
  int64_t ended_unix_s = 0;
};

struct ShelvedFile {
  std::string name;
  uint64_t bytes = 0;
};

class RecordingShelf {
 public:
  explicit RecordingShelf(RecordingRoot root) : root_(std::move(root)) {}

  const RecordingRoot& root() const { return root_; }

  // By name. Those that somebody works on (records, repairs) are left out.
  absl::StatusOr<std::vector<ShelvedRecording>> List();

  // The names that the unfinished files of a recording will have, without the manifest.
  std::vector<std::string> UnfinishedFiles(const std::string& recording) const;
  // Those of `files` that are there under these names.
  std::vector<ShelvedFile> FinishedFiles(const std::string& recording,
                                         const std::vector<std::string>& files) const;

  // With all its files, the manifest last: what is left by a crash is still a recording.
  absl::Status Delete(const std::string& recording);
  // A directory in which there is nothing.
  void RemoveIfEmpty(const std::string& recording);

 private:
  struct Known {
    int64_t manifest_mtime_ns = 0;
    int64_t ended_unix_s = 0;
  };

  std::optional<ShelvedRecording> Look(const std::string& name);
  int64_t EndedAt(const RecordingDirectory& directory);

  RecordingRoot root_;
  std::map<std::string, Known> known_;  // so that manifests are read once
};

// Finished ones that ended at `before_unix_s` or earlier, the oldest first.
std::vector<ShelvedRecording> Expired(std::vector<ShelvedRecording> recordings,
                                      int64_t before_unix_s);

}  // namespace baton::control
