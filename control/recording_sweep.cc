#include "control/recording_sweep.h"

#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "control/config_units.h"

namespace baton::control {
namespace {

bool Delete(RecordingShelf& shelf, const std::string& recording, Deletion reason,
            SweepReport* report) {
  const absl::Status status = shelf.Delete(recording);
  if (status.ok()) {
    report->deleted.push_back({recording, reason});
  } else {
    report->undeletable.push_back({recording, std::string(status.message())});
  }
  return status.ok();
}

// Deletes the oldest finished recordings until enough is free, or none is left.
absl::StatusOr<uint64_t> Reclaim(RecordingShelf& shelf, uint64_t min_free_bytes,
                                 SweepReport* report) {
  absl::StatusOr<uint64_t> free = shelf.root().FreeBytes();
  if (!free.ok() || *free >= min_free_bytes) return free;
  absl::StatusOr<std::vector<ShelvedRecording>> all = shelf.List();
  if (!all.ok()) return all.status();
  for (const ShelvedRecording& oldest :
       Expired(*std::move(all), std::numeric_limits<int64_t>::max())) {
    Delete(shelf, oldest.name, Deletion::kDeleteOldest, report);
    free = shelf.root().FreeBytes();
    if (!free.ok() || *free >= min_free_bytes) break;
  }
  return free;
}

}  // namespace

SweepReport Sweep(RecordingShelf& shelf, const SweepOptions& options, int64_t now_unix_s) {
  SweepReport report;
  absl::StatusOr<std::vector<ShelvedRecording>> all = shelf.List();
  if (!all.ok()) {
    report.undeletable.push_back({"", std::string(all.status().message())});
    return report;
  }
  for (const ShelvedRecording& recording : *all) {
    if (!recording.finished) report.unfinished.push_back(recording.name);
  }
  if (options.delete_after_s > 0) {
    for (const ShelvedRecording& old :
         Expired(*std::move(all), now_unix_s - options.delete_after_s)) {
      Delete(shelf, old.name, Deletion::kDeleteAfter, &report);
    }
  }
  if (options.delete_oldest) Reclaim(shelf, options.min_free_bytes, &report).IgnoreError();
  return report;
}

absl::StatusOr<RecordingDirectory> MakeDirectory(RecordingShelf& shelf, const std::string& name,
                                                 const SweepOptions& options, SweepReport* report) {
  const absl::StatusOr<uint64_t> free = options.delete_oldest
                                            ? Reclaim(shelf, options.min_free_bytes, report)
                                            : shelf.root().FreeBytes();
  if (!free.ok()) return free.status();
  if (*free < options.min_free_bytes) {
    const char* remedy = options.delete_oldest
                             ? "there is no finished recording left to delete: make room"
                             : "make room, or set record.delete_oldest";
    return absl::ResourceExhaustedError(
        absl::StrCat(shelf.root().path(), " has ", FormatSizeBytes(*free), " free, less than ",
                     FormatSizeBytes(options.min_free_bytes), " (record.min_free): ", remedy));
  }
  return shelf.root().Make(name);
}

}  // namespace baton::control
