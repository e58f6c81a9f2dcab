#include "record/repair_manifest.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "record/describe_file.h"
#include "record/file_name.h"
#include "record/manifest_json.h"

namespace baton::record {
namespace {

double ToSeconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

// Nothing if there is no such file, or if it makes no sense and is out of the way now.
absl::StatusOr<std::optional<v1::Manifest>> ReadManifest(RecordingDirectory& directory,
                                                         std::string_view name) {
  const absl::StatusOr<std::string> json = directory.Read(name, kMaxManifestSize);
  if (absl::IsNotFound(json.status())) return std::nullopt;
  if (!json.ok()) return json.status();
  absl::StatusOr<v1::Manifest> manifest = ManifestFromJson(*json);
  if (manifest.ok()) return *std::move(manifest);
  absl::StatusOr<std::string> broken = directory.KeepAsBroken(name);
  if (!broken.ok()) return broken.status();
  return std::nullopt;
}

v1::Manifest::File& EntryOf(v1::Manifest& manifest, const std::string& name) {
  for (v1::Manifest::File& file : *manifest.mutable_files()) {
    if (file.name() == name) return file;
  }
  v1::Manifest::File& file = *manifest.add_files();
  file.set_name(name);
  return file;
}

void Describe(const FinishedFile& from, v1::Manifest::File& to) {
  to.set_finished(true);
  to.set_bytes(from.bytes);
  to.set_sha256(from.sha256);
  to.set_start_seconds(ToSeconds(from.start));
  to.set_duration_seconds(ToSeconds(from.duration));
}

// Enters what the directory has and the manifest does not say. Returns whether there was any.
absl::StatusOr<bool> CompleteFiles(const RecordingDirectory& directory,
                                   const std::vector<std::string>& names, v1::Manifest& manifest) {
  bool entered = false;
  for (const std::string& name : names) {
    if (!IsRecordedFile(name)) continue;
    v1::Manifest::File& entry = EntryOf(manifest, name);
    if (entry.finished()) continue;
    const absl::StatusOr<FinishedFile> file = DescribeFile(directory, name);
    if (absl::IsDataLoss(file.status())) continue;  // stays unfinished
    if (!file.ok()) return file.status();
    Describe(*file, entry);
    entered = true;
  }
  return entered;
}

void CompleteEnd(v1::Manifest& manifest) {
  manifest.set_version(std::max(manifest.version(), 1U));
  if (manifest.end_reason().empty()) manifest.set_end_reason("crashed");
  double end = manifest.duration_seconds();
  for (const v1::Manifest::File& file : manifest.files()) {
    end = std::max(end, file.start_seconds() + file.duration_seconds());
  }
  manifest.set_duration_seconds(end);
}

}  // namespace

absl::StatusOr<bool> RepairManifest(RecordingDirectory& directory) {
  absl::StatusOr<std::optional<v1::Manifest>> part = ReadManifest(directory, kManifestPartName);
  if (!part.ok()) return part.status();
  absl::StatusOr<std::optional<v1::Manifest>> whole = ReadManifest(directory, kManifestName);
  if (!whole.ok()) return whole.status();
  const absl::StatusOr<std::vector<std::string>> names = directory.List();
  if (!names.ok()) return names.status();
  const bool has_files = std::any_of(names->begin(), names->end(), IsRecordedFile);
  if (!*part && !*whole && !has_files) return false;

  v1::Manifest manifest = *part ? **part : whole->value_or(v1::Manifest());
  const absl::StatusOr<bool> entered = CompleteFiles(directory, *names, manifest);
  if (!entered.ok()) return entered.status();
  if (!*part && *whole && !*entered) return false;
  if (*entered) manifest.set_repaired(true);
  CompleteEnd(manifest);
  if (absl::Status status = directory.Replace(kManifestName, ManifestToJson(manifest));
      !status.ok()) {
    return status;
  }
  if (absl::Status status = directory.Remove(kManifestPartName); !status.ok()) return status;
  return true;
}

}  // namespace baton::record
