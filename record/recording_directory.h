// A recording's directory: every file in it is named relative to one open directory, so that
// neither a rename of what is above it nor a link put into it leads anywhere else.
//
// A file is called `NAME.part` while it is written, and gets its name when it is whole: what has no
// suffix can be played, hashed and uploaded. After a crash Repair() (record/repair.h) turns what is
// left into such files.
//
// Errors name the file and say what the system said; a full disk is RESOURCE_EXHAUSTED.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "net/unique_fd.h"
#include "record/file_name.h"

namespace baton::record {

// A file that is being written. Closing it without Finish() leaves `NAME.part`.
class PartFile {
 public:
  // Open for reading and writing.
  int fd() const { return fd_.get(); }
  // What it will be called: "alice-2.webm".
  const std::string& name() const { return name_; }
  std::string part_name() const { return name_ + std::string(kPartSuffix); }

  // Writes everything through to the disk, then gives the file its name, atomically and without
  // ever replacing another one: if somebody took the name meanwhile, it becomes the next free one.
  // Returns the name. After an error the file is still `NAME.part`, and Finish() may be called
  // again.
  absl::StatusOr<std::string> Finish();

  // Of a file of CreateReplacement(): writes everything through to the disk, then replaces
  // `NAME.part` by it, atomically.
  absl::Status TakePlace();

 private:
  friend class RecordingDirectory;
  PartFile(net::UniqueFd fd, int directory, std::string_view name)
      : fd_(std::move(fd)), directory_(directory), name_(name) {}

  net::UniqueFd fd_;
  int directory_;
  std::string name_;
};

// Outlives the PartFiles that it made. One thread.
class RecordingDirectory {
 public:
  // A directory of an absolute or relative path; the last component is not followed if it is a
  // link.
  static absl::StatusOr<RecordingDirectory> Open(const std::string& path);
  // An open directory, which it takes over.
  static absl::StatusOr<RecordingDirectory> Adopt(net::UniqueFd directory);

  int fd() const { return fd_.get(); }

  // Keeps others that call it, in any process, from working in the directory, until this is
  // destroyed (and every copy of its descriptor is closed). UNAVAILABLE: somebody does.
  absl::Status Lock();

  // Creates `STEM.EXTENSION.part`, or `STEM-2.EXTENSION.part` and so on: the first whose name is
  // free with and without kPartSuffix. The stem is made by FileStem() or of its pieces.
  absl::StatusOr<PartFile> Create(std::string_view stem, std::string_view extension);

  // Opens `NAME.part` of an earlier process for reading and writing.
  absl::StatusOr<PartFile> OpenPart(std::string_view name);

  // Creates `NAME.part.new`, which can replace `NAME.part`.
  absl::StatusOr<PartFile> CreateReplacement(std::string_view name);

  // Opens a file for reading. NOT_FOUND; FAILED_PRECONDITION if it is a link or no ordinary file.
  absl::StatusOr<net::UniqueFd> OpenToRead(std::string_view name) const;

  // All of a file. RESOURCE_EXHAUSTED if it is longer than `max_bytes`.
  absl::StatusOr<std::string> Read(std::string_view name, size_t max_bytes) const;

  // Replaces a file, or creates it, by one of this content: at any moment, a crash of the machine
  // included, it has either the old content or the new one.
  absl::Status Replace(std::string_view name, std::string_view content);

  // Gives a file a second name, with kBrokenSuffix, that no other file has, and returns it.
  absl::StatusOr<std::string> KeepAsBroken(std::string_view name);

  // OK if there is no such file.
  absl::Status Remove(std::string_view name);

  // The ordinary files in it, in alphabetical order. Links, directories and others are not listed.
  absl::StatusOr<std::vector<std::string>> List() const;

 private:
  explicit RecordingDirectory(net::UniqueFd fd) : fd_(std::move(fd)) {}

  net::UniqueFd fd_;
};

}  // namespace baton::record
