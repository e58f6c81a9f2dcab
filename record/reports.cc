#include "record/reports.h"

#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace baton::record {
namespace {

constexpr size_t kMaxText = 500;

int64_t Microseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

}  // namespace

v1::Manifest::File& Reports::OnFileBegun(const Begun& file) {
  v1::FromSink message;
  v1::FileBegun& begun = *message.mutable_file_begun();
  begun.set_name(file.name);
  std::vector<v1::Manifest::Track*> notes;
  for (TrackRecorder* const track : file.tracks) {
    begun.add_track_ids(track->info().id);
    notes.push_back(&track->notes());
  }
  send_(message);
  changed_ = true;
  return manifest_->AddFile(file.name, file.participant, notes);
}

void Reports::OnFileFinished(v1::Manifest::File& notes, const FinishedFile& file) {
  manifest_->FinishFile(notes, file);
  finished_bytes_ += file.bytes;
  v1::FromSink message;
  v1::FileFinished& finished = *message.mutable_file_finished();
  finished.set_name(file.name);
  finished.set_bytes(file.bytes);
  finished.set_sha256(absl::HexStringToBytes(file.sha256));
  finished.set_start_us(Microseconds(file.start));
  finished.set_duration_us(Microseconds(file.duration));
  send_(message);
  changed_ = true;
}

void Reports::OnFileError(std::string_view name, const absl::Status& status) {
  const auto code = absl::IsResourceExhausted(status) ? v1::DISK_FULL : v1::WRITE_FAILED;
  OnTrouble(code,
            absl::StrCat(absl::string_view(name.data(), name.size()), ": ", status.message()));
}

void Reports::OnTrouble(v1::TroubleCode code, const std::string& text, uint32_t track_id) {
  if (track_id == 0) {
    const auto [last, first] = troubles_.try_emplace(code, now_);
    if (!first && now_ - last->second < kTroubleInterval) return;
    last->second = now_;
  }
  v1::FromSink message;
  v1::Trouble& trouble = *message.mutable_trouble();
  trouble.set_code(code);
  trouble.set_text(text.substr(0, kMaxText));
  trouble.set_track_id(track_id);
  send_(message);
}

}  // namespace baton::record
