// The directories of recordings on disk: one beneath the other never, all beneath one root, which
// nothing leads out of: names are one component, and links are not followed (openat2 with
// RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS).
//
// Every call may block for as long as the disk does.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "net/unique_fd.h"

namespace baton::control {

struct RecordingDirectory {
  std::string name;  // beneath the root
  std::string path;  // the whole
  // Open, and locked (flock): as long as this descriptor or a child's copy of it is open, nobody
  // else repairs or deletes the recording.
  net::UniqueFd fd;
};

class RecordingRoot {
 public:
  // NOT_FOUND, PERMISSION_DENIED, ... if `path` is no directory that can be written to.
  static absl::StatusOr<RecordingRoot> Open(const std::string& path);

  const std::string& path() const { return path_; }
  int fd() const { return fd_.get(); }

  // Makes the directory `name`, or, if there is something of that name, one with a number behind
  // it. `name` is a recording's (control/recording_name.h).
  absl::StatusOr<RecordingDirectory> Make(const std::string& name) const;

  // Opens the directory `name` that exists, and locks it: UNAVAILABLE if another process has it.
  absl::StatusOr<RecordingDirectory> Take(const std::string& name) const;

  // What the file system has left for us.
  absl::StatusOr<uint64_t> FreeBytes() const;

 private:
  absl::StatusOr<net::UniqueFd> OpenBeneath(const std::string& name) const;

  std::string path_;
  net::UniqueFd fd_;
};

}  // namespace baton::control
