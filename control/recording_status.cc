#include "control/recording_status.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"

namespace baton::control {
namespace {

// How much a count of the process has grown; it never shrinks, whatever the process says.
uint64_t Grow(uint64_t now, uint64_t& before) {
  if (now <= before) return 0;
  return now - std::exchange(before, now);
}

}  // namespace

v1::RecordingTroubleNote RecordingStatus::AddTrouble(RecordingFailure failure,
                                                     const std::string& text, int64_t unix_us) {
  auto& troubles = *recording_.mutable_troubles();
  if (troubles.size() == kMaxTroubles) troubles.DeleteSubrange(0, 1);
  v1::RecordingTroubleNote& trouble = *troubles.Add();
  trouble.set_code(std::string(Name(failure)));
  trouble.set_text(text);
  trouble.set_at_unix_us(static_cast<uint64_t>(unix_us));
  CountTrouble();
  return trouble;
}

v1::RecordedFile& RecordingStatus::File(const std::string& name) {
  auto& files = *recording_.mutable_files();
  // The last one is the likeliest.
  const auto found = std::find_if(files.rbegin(), files.rend(), [&](const v1::RecordedFile& file) {
    return file.name() == name;
  });
  if (found != files.rend()) return *found;
  if (files.size() == kMaxFiles) files.DeleteSubrange(0, 1);
  v1::RecordedFile& file = *files.Add();
  file.set_name(name);
  return file;
}

void RecordingStatus::OnFileBegun(const std::string& name) { File(name); }

v1::RecordedFile RecordingStatus::OnFileFinished(const record::v1::FileFinished& finished) {
  v1::RecordedFile& file = File(finished.name());
  file.set_finished(true);
  file.set_bytes(finished.bytes());
  file.set_duration_us(static_cast<uint64_t>(std::max<int64_t>(finished.duration_us(), 0)));
  file.set_sha256(absl::BytesToHexString(finished.sha256()));
  return file;
}

v1::RecordedFile RecordingStatus::OnFileRepaired(const std::string& name, uint64_t bytes) {
  v1::RecordedFile& file = File(name);
  file.set_finished(true);
  file.set_bytes(bytes);
  return file;
}

std::vector<std::string> RecordingStatus::UnfinishedFiles() const {
  std::vector<std::string> names;
  for (const v1::RecordedFile& file : recording_.files()) {
    if (!file.finished()) names.push_back(file.name());
  }
  return names;
}

RecordingStatus::Growth RecordingStatus::OnStatistics(const record::v1::Statistics& statistics) {
  const Growth growth{.bytes = Grow(statistics.bytes(), segment_.bytes),
                      .lost = Grow(statistics.lost(), segment_.lost)};
  recording_.set_bytes(recording_.bytes() + growth.bytes);
  recording_.set_lost(recording_.lost() + growth.lost);
  return growth;
}

void RecordingStatus::BeginSegment() {
  recording_.set_segment(recording_.segment() + 1);
  segment_ = {};
}

v1::Recording RecordingStatus::Brief() const {
  v1::Recording brief = recording_;
  brief.clear_files();
  brief.clear_troubles();
  brief.clear_tracks();
  return brief;
}

}  // namespace baton::control
