#include "control/recording_directory.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "control/quote.h"
#include "control/recording_name.h"

namespace baton::control {
namespace {

// Others of the operator's group may read recordings, and nobody else.
constexpr mode_t kDirectoryMode = 0750;
// Recordings of one name that may lie beside each other.
constexpr uint32_t kMaxAttempts = 1000;

absl::Status ErrnoError(int error, const std::string& what) {
  return absl::ErrnoToStatus(error, what);
}

}  // namespace

absl::StatusOr<RecordingRoot> RecordingRoot::Open(const std::string& path) {
  RecordingRoot root;
  root.path_ = path;
  root.fd_ = net::UniqueFd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root.fd_) {
    return ErrnoError(errno, absl::StrCat("cannot open the directory ", path,
                                          " (record.directory), which must exist"));
  }
  if (faccessat(root.fd_.get(), ".", R_OK | W_OK | X_OK, AT_EACCESS) != 0) {
    return ErrnoError(errno,
                      absl::StrCat("cannot write to the directory ", path, " (record.directory)"));
  }
  return root;
}

absl::StatusOr<net::UniqueFd> RecordingRoot::OpenBeneath(const std::string& name) const {
  struct open_how how {};
  how.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  const auto fd = static_cast<int>(syscall(SYS_openat2, fd_.get(), name.c_str(), &how, sizeof how));
  if (fd < 0) return ErrnoError(errno, absl::StrCat("cannot open ", path_, "/", name));
  return net::UniqueFd(fd);
}

absl::StatusOr<RecordingDirectory> RecordingRoot::Make(const std::string& name) const {
  for (uint32_t attempt = 1; attempt <= kMaxAttempts; ++attempt) {
    const std::string candidate = NumberedName(name, attempt);
    if (mkdirat(fd_.get(), candidate.c_str(), kDirectoryMode) != 0) {
      if (errno == EEXIST) continue;
      return ErrnoError(errno, absl::StrCat("cannot make the directory ", path_, "/", candidate));
    }
    // A recording that is on the disk is of no use if its name is not.
    if (fsync(fd_.get()) != 0) {
      return ErrnoError(errno, absl::StrCat("cannot sync the directory ", path_));
    }
    return Take(candidate);
  }
  return absl::ResourceExhaustedError(absl::StrCat("there are ", kMaxAttempts, " recordings ",
                                                   Quoted(name), " in ", path_,
                                                   ": choose another name"));
}

absl::StatusOr<RecordingDirectory> RecordingRoot::Take(const std::string& name) const {
  if (!IsRecordingName(name)) {
    return absl::InvalidArgumentError(absl::StrCat(Quoted(name), " is no recording's name"));
  }
  absl::StatusOr<net::UniqueFd> fd = OpenBeneath(name);
  if (!fd.ok()) return fd.status();
  if (flock(fd->get(), LOCK_EX | LOCK_NB) != 0) {
    return absl::UnavailableError(absl::StrCat("recording ", name, " is in use"));
  }
  return RecordingDirectory{name, absl::StrCat(path_, "/", name), *std::move(fd)};
}

absl::StatusOr<uint64_t> RecordingRoot::FreeBytes() const {
  struct statvfs info {};
  if (fstatvfs(fd_.get(), &info) != 0) {
    return ErrnoError(errno, absl::StrCat("cannot ask how much is free in ", path_));
  }
  return static_cast<uint64_t>(info.f_bavail) * info.f_frsize;
}

}  // namespace baton::control
