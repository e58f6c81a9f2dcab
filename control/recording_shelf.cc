#include "control/recording_shelf.h"

#include <dirent.h>
#include <fcntl.h>
#include <google/protobuf/util/json_util.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <string_view>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "control/recording_name.h"

#include "proto/record.pb.h"

namespace baton::control {
namespace {

constexpr const char* kManifest = "manifest.json";
constexpr const char* kPart = ".part";
// A manifest of a long call with every gap there was stays below it.
constexpr size_t kMaxManifestSize = size_t{64} << 20;
constexpr int64_t kNsPerSecond = 1'000'000'000;

struct Entry {
  std::string name;
  bool ordinary = false;  // a file, and no link or directory
};

// All that is in an open directory, whose position is left alone.
absl::StatusOr<std::vector<Entry>> EntriesOf(int directory) {
  // A descriptor of its own: the position belongs to what was opened.
  const int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return absl::ErrnoToStatus(errno, "cannot list a directory");
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(fdopendir(fd), &closedir);
  if (stream == nullptr) {
    close(fd);
    return absl::ErrnoToStatus(errno, "cannot list a directory");
  }
  std::vector<Entry> entries;
  for (;;) {
    errno = 0;
    const dirent* entry = readdir(stream.get());
    if (entry == nullptr) break;
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    struct stat info {};
    const bool known = fstatat(directory, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
    entries.push_back({name, known && S_ISREG(info.st_mode)});
  }
  if (errno != 0) return absl::ErrnoToStatus(errno, "cannot list a directory");
  return entries;
}

bool IsPart(const Entry& entry) { return entry.ordinary && absl::EndsWith(entry.name, kPart); }

bool Has(const std::vector<Entry>& entries, const std::string& name) {
  return std::any_of(entries.begin(), entries.end(),
                     [&](const Entry& entry) { return entry.ordinary && entry.name == name; });
}

bool IsRecording(const std::vector<Entry>& entries) {
  const bool ordinary = std::all_of(entries.begin(), entries.end(),
                                    [](const Entry& entry) { return entry.ordinary; });
  return ordinary && (Has(entries, kManifest) || Has(entries, absl::StrCat(kManifest, kPart)));
}

std::optional<std::string> ReadFile(int directory, const char* name) {
  const net::UniqueFd fd(openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return std::nullopt;
  std::string content;
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t size = read(fd.get(), buffer.data(), buffer.size());
    if (size == 0) return content;
    if (size < 0 || content.size() > kMaxManifestSize) return std::nullopt;
    content.append(buffer.data(), static_cast<size_t>(size));
  }
}

}  // namespace

absl::StatusOr<std::vector<ShelvedRecording>> RecordingShelf::List() {
  const auto entries = EntriesOf(root_.fd());
  if (!entries.ok()) return entries.status();
  std::vector<ShelvedRecording> recordings;
  for (const Entry& entry : *entries) {
    if (entry.ordinary) continue;
    if (std::optional<ShelvedRecording> recording = Look(entry.name)) {
      recordings.push_back(*std::move(recording));
    }
  }
  std::sort(recordings.begin(), recordings.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return recordings;
}

std::optional<ShelvedRecording> RecordingShelf::Look(const std::string& name) {
  const absl::StatusOr<RecordingDirectory> directory = root_.Take(name);
  if (!directory.ok()) return std::nullopt;
  const auto entries = EntriesOf(directory->fd.get());
  if (!entries.ok() || !IsRecording(*entries)) return std::nullopt;
  ShelvedRecording recording{.name = name};
  recording.finished = std::none_of(entries->begin(), entries->end(), IsPart);
  if (recording.finished) recording.ended_unix_s = EndedAt(*directory);
  return recording;
}

int64_t RecordingShelf::EndedAt(const RecordingDirectory& directory) {
  struct stat info {};
  if (fstatat(directory.fd.get(), kManifest, &info, AT_SYMLINK_NOFOLLOW) != 0) return 0;
  const int64_t mtime_ns = info.st_mtim.tv_sec * kNsPerSecond + info.st_mtim.tv_nsec;
  Known& known = known_[directory.name];
  if (known.manifest_mtime_ns == mtime_ns) return known.ended_unix_s;
  known.manifest_mtime_ns = mtime_ns;
  struct stat of_directory {};
  fstat(directory.fd.get(), &of_directory);
  known.ended_unix_s = of_directory.st_mtim.tv_sec;
  const std::optional<std::string> text = ReadFile(directory.fd.get(), kManifest);
  record::v1::Manifest manifest;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const bool read =
      text && google::protobuf::util::JsonStringToMessage(*text, &manifest, options).ok();
  if (read && manifest.has_ended()) known.ended_unix_s = manifest.ended().seconds();
  return known.ended_unix_s;
}

std::vector<std::string> RecordingShelf::UnfinishedFiles(const std::string& recording) const {
  std::vector<std::string> files;
  const absl::StatusOr<RecordingDirectory> directory = root_.Take(recording);
  if (!directory.ok()) return files;
  const auto entries = EntriesOf(directory->fd.get());
  if (!entries.ok()) return files;
  for (const Entry& entry : *entries) {
    if (!IsPart(entry)) continue;
    std::string name = entry.name.substr(0, entry.name.size() - std::string_view(kPart).size());
    if (name != kManifest) files.push_back(std::move(name));
  }
  return files;
}

std::vector<ShelvedFile> RecordingShelf::FinishedFiles(
    const std::string& recording, const std::vector<std::string>& files) const {
  std::vector<ShelvedFile> finished;
  const absl::StatusOr<RecordingDirectory> directory = root_.Take(recording);
  if (!directory.ok()) return finished;
  for (const std::string& file : files) {
    struct stat info {};
    const bool known = fstatat(directory->fd.get(), file.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
    if (!known || !S_ISREG(info.st_mode)) continue;
    finished.push_back({file, static_cast<uint64_t>(info.st_size)});
  }
  return finished;
}

absl::Status RecordingShelf::Delete(const std::string& recording) {
  const absl::StatusOr<RecordingDirectory> directory = root_.Take(recording);
  if (!directory.ok()) return directory.status();
  const auto entries = EntriesOf(directory->fd.get());
  if (!entries.ok()) return entries.status();
  if (!IsRecording(*entries)) {
    return absl::FailedPreconditionError(absl::StrCat(directory->path, " is not a recording"));
  }
  const auto remove = [&](const char* name) { return unlinkat(directory->fd.get(), name, 0) == 0; };
  for (const Entry& entry : *entries) {
    if (entry.name == kManifest || remove(entry.name.c_str())) continue;
    return absl::ErrnoToStatus(errno,
                               absl::StrCat("cannot delete ", directory->path, "/", entry.name));
  }
  if ((!remove(kManifest) && errno != ENOENT) ||
      unlinkat(root_.fd(), recording.c_str(), AT_REMOVEDIR) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot delete ", directory->path));
  }
  known_.erase(recording);
  return absl::OkStatus();
}

void RecordingShelf::RemoveIfEmpty(const std::string& recording) {
  if (IsRecordingName(recording)) unlinkat(root_.fd(), recording.c_str(), AT_REMOVEDIR);
}

std::vector<ShelvedRecording> Expired(std::vector<ShelvedRecording> recordings,
                                      int64_t before_unix_s) {
  std::erase_if(recordings, [&](const ShelvedRecording& recording) {
    return !recording.finished || recording.ended_unix_s > before_unix_s;
  });
  std::sort(recordings.begin(), recordings.end(), [](const auto& a, const auto& b) {
    return std::tie(a.ended_unix_s, a.name) < std::tie(b.ended_unix_s, b.name);
  });
  return recordings;
}

}  // namespace baton::control
