#include "record/raw_recorder.h"

#include <algorithm>
#include <utility>

#include "record/raw_file.h"

namespace baton::record {

RawRecorder::RawRecorder(TrackRecorder& track, std::string stem, int64_t start_us,
                         RecordingFiles& files, FileListener& listener)
    : track_(track),
      stem_(std::move(stem)),
      start_us_(start_us),
      output_(files),
      listener_(listener) {}

bool RawRecorder::Begin(Duration now) {
  if (retry_at_ && now < *retry_at_) return false;
  auto target = output_.CreateRaw(stem_, start_us_);
  if (!target.ok()) {
    listener_.OnFileError(stem_, target.status());
    retry_at_ = now + MediaSeries::kRetry;
    return false;
  }
  retry_at_.reset();
  target_ = *std::move(target);
  notes_ = &listener_.OnFileBegun({target_->name(), track_.info().participant, {&track_}});
  notes_->set_start_seconds(std::chrono::duration<double>(now).count());
  return true;
}

void RawRecorder::Write(Bytes packet, Duration arrived, bool rtp) {
  now_ = std::max(now_, arrived);
  // No network carries such a packet, and the file's format has no room for it.
  if (packet.size() > RawFile::kMaxPacketSize) return;
  if (!target_ && !Begin(now_)) return;
  const absl::Status status =
      rtp ? target_->WriteRtp(packet, now_) : target_->WriteRtcp(packet, now_);
  if (!status.ok()) Fail(status);
}

void RawRecorder::Sync() {
  if (!target_) return;
  const absl::Status status = target_->Sync();
  if (!status.ok()) Fail(status);
}

void RawRecorder::Fail(const absl::Status& status) {
  listener_.OnFileError(target_->name(), status);
  retry_at_ = now_ + MediaSeries::kRetry;
  Finish();
}

void RawRecorder::Finish() {
  if (!target_) return;
  const auto finished = target_->Finish();
  if (finished.ok()) {
    listener_.OnFileFinished(*notes_, *finished);
  } else {
    listener_.OnFileError(target_->name(), finished.status());
  }
  target_.reset();
}

}  // namespace baton::record
