#include "record/recording_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "record/file_error.h"
#include "record/file_io.h"

namespace baton::record {
namespace {

constexpr mode_t kFileMode = 0640;
// Of names like "alice-2.webm" that are tried.
constexpr int kMaxNumber = 9999;

absl::Status CheckName(std::string_view name) {
  if (IsFileName(name)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("not a file's name: '", std::string(name), "'"));
}

// Of an ordinary file in `directory`; -1 and errno if it cannot be had.
int OpenBeneath(int directory, const std::string& name, int flags) {
  // O_NONBLOCK: a FIFO of that name does not hold us up before it is seen for what it is.
  const open_how how = {
      .flags = static_cast<uint64_t>(flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK),
      .mode = (flags & O_CREAT) != 0 ? kFileMode : 0,
      .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
  };
  return static_cast<int>(syscall(SYS_openat2, directory, name.c_str(), &how, sizeof(how)));
}

absl::StatusOr<net::UniqueFd> OpenExisting(int directory, const std::string& name, int flags) {
  if (absl::Status status = CheckName(name); !status.ok()) return status;
  net::UniqueFd fd(OpenBeneath(directory, name, flags));
  if (!fd) return FileError(errno, "open", name);
  struct stat about = {};
  if (fstat(fd.get(), &about) != 0) return FileError(errno, "examine", name);
  if (!S_ISREG(about.st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat(name, " is not an ordinary file"));
  }
  return fd;
}

bool Exists(int directory, const std::string& name) {
  struct stat about = {};
  return fstatat(directory, name.c_str(), &about, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

bool AreSameFile(int directory, const std::string& a, const std::string& b) {
  struct stat about_a = {};
  struct stat about_b = {};
  return fstatat(directory, a.c_str(), &about_a, AT_SYMLINK_NOFOLLOW) == 0 &&
         fstatat(directory, b.c_str(), &about_b, AT_SYMLINK_NOFOLLOW) == 0 &&
         about_a.st_dev == about_b.st_dev && about_a.st_ino == about_b.st_ino;
}

// 0, or errno: EEXIST if `to` exists and is another file.
int RenameWithoutReplacing(int directory, const std::string& from, const std::string& to) {
  if (renameat2(directory, from.c_str(), directory, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  // Some file systems (NFS, FUSE) have no such flag; a link does not replace anything either.
  const int error = errno;
  if (error == EINVAL) {
    if (linkat(directory, from.c_str(), directory, to.c_str(), 0) != 0) return errno;
    return unlinkat(directory, from.c_str(), 0) == 0 ? 0 : errno;
  }
  // What a crash between link and unlink leaves.
  if (error == EEXIST && AreSameFile(directory, from, to)) {
    return unlinkat(directory, from.c_str(), 0) == 0 ? 0 : errno;
  }
  return error;
}

absl::Status SyncDirectory(int directory) {
  if (fsync(directory) == 0) return absl::OkStatus();
  return FileError(errno, "write", "the recording's directory");
}

// `NAME.new`, instead of what a crash may have left of it.
absl::StatusOr<net::UniqueFd> CreateFresh(int directory, const std::string& name) {
  const std::string fresh = name + std::string(kFreshSuffix);
  if (absl::Status status = CheckName(fresh); !status.ok()) return status;
  if (unlinkat(directory, fresh.c_str(), 0) != 0 && errno != ENOENT) {
    return FileError(errno, "remove", fresh);
  }
  net::UniqueFd fd(OpenBeneath(directory, fresh, O_RDWR | O_CREAT | O_EXCL));
  if (!fd) return FileError(errno, "create", fresh);
  return fd;
}

// Replaces NAME by `NAME.new`, which is open as `fd`.
absl::Status PutInPlace(int directory, int fd, const std::string& name) {
  if (fsync(fd) != 0) return FileError(errno, "write", name);
  const std::string fresh = name + std::string(kFreshSuffix);
  if (renameat(directory, fresh.c_str(), directory, name.c_str()) != 0) {
    return FileError(errno, "replace", name);
  }
  return SyncDirectory(directory);
}

bool IsOrdinaryFile(int directory, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_REG;
  struct stat about = {};
  return fstatat(directory, entry.d_name, &about, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISREG(about.st_mode);
}

}  // namespace

absl::StatusOr<std::string> PartFile::Finish() {
  if (fsync(fd_.get()) != 0) return FileError(errno, "write", part_name());
  const SplitName split = SplitFileName(name_);
  const std::string part = part_name();
  std::string wanted = name_;
  int error = RenameWithoutReplacing(directory_, part, wanted);
  for (int number = 2; error == EEXIST && number <= kMaxNumber; ++number) {
    wanted = NumberedName(split.stem, split.extension, number);
    error = RenameWithoutReplacing(directory_, part, wanted);
  }
  if (error != 0) return FileError(error, "rename", part);
  name_ = wanted;
  if (absl::Status status = SyncDirectory(directory_); !status.ok()) return status;
  return name_;
}

absl::Status PartFile::TakePlace() { return PutInPlace(directory_, fd_.get(), part_name()); }

absl::StatusOr<RecordingDirectory> RecordingDirectory::Open(const std::string& path) {
  net::UniqueFd fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return FileError(errno, "open the directory", path);
  return RecordingDirectory(std::move(fd));
}

absl::StatusOr<RecordingDirectory> RecordingDirectory::Adopt(net::UniqueFd directory) {
  struct stat about = {};
  if (fstat(directory.get(), &about) != 0) {
    return FileError(errno, "use", "the descriptor of the recording's directory");
  }
  if (!S_ISDIR(about.st_mode)) {
    return absl::InvalidArgumentError("the descriptor is not that of a directory");
  }
  return RecordingDirectory(std::move(directory));
}

absl::Status RecordingDirectory::Lock() {
  if (flock(fd_.get(), LOCK_EX | LOCK_NB) == 0) return absl::OkStatus();
  if (errno == EWOULDBLOCK) {
    return absl::UnavailableError(
        "another process works in this directory: wait until it has ended");
  }
  return FileError(errno, "lock", "the recording's directory");
}

absl::StatusOr<PartFile> RecordingDirectory::Create(std::string_view stem,
                                                    std::string_view extension) {
  for (int number = 1; number <= kMaxNumber; ++number) {
    const std::string name = NumberedName(stem, extension, number);
    const std::string part = name + std::string(kPartSuffix);
    if (absl::Status status = CheckName(part); !status.ok()) return status;
    if (Exists(fd_.get(), name)) continue;
    net::UniqueFd fd(OpenBeneath(fd_.get(), part, O_RDWR | O_CREAT | O_EXCL));
    if (fd) return PartFile(std::move(fd), fd_.get(), name);
    if (errno != EEXIST) return FileError(errno, "create", part);
  }
  return absl::AlreadyExistsError(
      absl::StrCat("there are ", kMaxNumber, " files like ", NumberedName(stem, extension, 1)));
}

absl::StatusOr<PartFile> RecordingDirectory::OpenPart(std::string_view name) {
  const std::string part = std::string(name) + std::string(kPartSuffix);
  absl::StatusOr<net::UniqueFd> fd = OpenExisting(fd_.get(), part, O_RDWR);
  if (!fd.ok()) return fd.status();
  return PartFile(*std::move(fd), fd_.get(), name);
}

absl::StatusOr<net::UniqueFd> RecordingDirectory::OpenToRead(std::string_view name) const {
  return OpenExisting(fd_.get(), std::string(name), O_RDONLY);
}

absl::StatusOr<std::string> RecordingDirectory::Read(std::string_view name,
                                                     size_t max_bytes) const {
  absl::StatusOr<net::UniqueFd> fd = OpenToRead(name);
  if (!fd.ok()) return fd.status();
  constexpr size_t kPieceSize = size_t{64} << 10;
  std::string content;
  size_t size = 0;
  for (;;) {
    content.resize(size + kPieceSize);
    const ssize_t got = read(fd->get(), content.data() + size, kPieceSize);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FileError(errno, "read", name);
    size += static_cast<size_t>(got);
    if (got == 0) break;
    if (size > max_bytes) {
      return absl::ResourceExhaustedError(
          absl::StrCat(std::string(name), " is longer than ", max_bytes, " bytes"));
    }
  }
  content.resize(size);
  return content;
}

absl::StatusOr<PartFile> RecordingDirectory::CreateReplacement(std::string_view name) {
  const std::string part = std::string(name) + std::string(kPartSuffix);
  absl::StatusOr<net::UniqueFd> fd = CreateFresh(fd_.get(), part);
  if (!fd.ok()) return fd.status();
  return PartFile(*std::move(fd), fd_.get(), name);
}

absl::Status RecordingDirectory::Replace(std::string_view name, std::string_view content) {
  const absl::StatusOr<net::UniqueFd> fd = CreateFresh(fd_.get(), std::string(name));
  if (!fd.ok()) return fd.status();
  if (const int error = WriteAll(fd->get(), AsBytes(content)); error != 0) {
    return FileError(error, "write", name);
  }
  return PutInPlace(fd_.get(), fd->get(), std::string(name));
}

absl::StatusOr<std::string> RecordingDirectory::KeepAsBroken(std::string_view name) {
  const std::string from(name);
  for (int number = 1; number <= kMaxNumber; ++number) {
    std::string broken = from + std::string(kBrokenSuffix);
    if (number > 1) absl::StrAppend(&broken, "-", number);
    if (absl::Status status = CheckName(broken); !status.ok()) return status;
    const bool linked = linkat(fd_.get(), from.c_str(), fd_.get(), broken.c_str(), 0) == 0;
    const int error = errno;
    // It may have the name already, if a repair was killed.
    if (linked || (error == EEXIST && AreSameFile(fd_.get(), from, broken))) {
      if (absl::Status status = SyncDirectory(fd_.get()); !status.ok()) return status;
      return broken;
    }
    if (error != EEXIST) return FileError(error, "give another name to", name);
  }
  return absl::AlreadyExistsError(absl::StrCat("too many broken files like ", from));
}

absl::Status RecordingDirectory::Remove(std::string_view name) {
  if (absl::Status status = CheckName(name); !status.ok()) return status;
  if (unlinkat(fd_.get(), std::string(name).c_str(), 0) == 0 || errno == ENOENT) {
    return absl::OkStatus();
  }
  return FileError(errno, "remove", name);
}

absl::StatusOr<std::vector<std::string>> RecordingDirectory::List() const {
  // A description of its own: reading moves an offset in it.
  const int fd = openat(fd_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return FileError(errno, "list", "the recording's directory");
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(fdopendir(fd), closedir);
  if (!directory) {
    close(fd);
    return FileError(errno, "list", "the recording's directory");
  }
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = readdir(directory.get())) {
    if (IsOrdinaryFile(fd_.get(), *entry)) names.emplace_back(entry->d_name);
    errno = 0;
  }
  if (errno != 0) return FileError(errno, "list", "the recording's directory");
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace baton::record
