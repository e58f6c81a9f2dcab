#include "record/media_series.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace baton::record {

MediaSeries::MediaSeries(Settings settings, RecordingFiles& files, FileListener& listener)
    : settings_(std::move(settings)), output_(files), listener_(listener) {}

void MediaSeries::AddTrack(TrackRecorder& track) {
  tracks_.push_back({.recorder = &track, .parameters = {.codec = track.info().codec}});
}

MediaSeries::Track& MediaSeries::Find(const TrackRecorder& recorder) {
  const auto track = std::find_if(tracks_.begin(), tracks_.end(), [&](const Track& candidate) {
    return candidate.recorder == &recorder;
  });
  BATON_CHECK(track != tracks_.end());
  return *track;
}

void MediaSeries::RemoveTrack(TrackRecorder& recorder, Duration now) {
  now_ = std::max(now_, now);
  if (begin_by_ && Find(recorder).has_media) Begin();
  for (File& file : files_) {
    for (TrackRecorder*& user : file.recorders) {
      if (user == &recorder) user = nullptr;
    }
  }
  std::erase_if(tracks_, [&](const Track& track) { return track.recorder == &recorder; });
  FinishUnused();
}

void MediaSeries::OnFrame(TrackRecorder& recorder, Frame frame) {
  Track& track = Find(recorder);
  if (!frame.key_frame && track.needs_key_frame) return recorder.LeaveOut();
  if (frame.key_frame) LearnParameters(track, frame);
  Route(track, frame);
  if (!track.file && retry_at_) {
    track.needs_key_frame = !recorder.info().audio;
    return recorder.LeaveOut();
  }
  track.needs_key_frame = false;
  track.has_media = true;
  if (!track.file) return Hold(track, std::move(frame));
  Write(track, frame);
  FinishUnused();
}

void MediaSeries::LearnParameters(Track& track, const Frame& frame) {
  if (!frame.extradata.empty()) track.parameters.extradata = frame.extradata;
  if (frame.width != 0 && frame.height != 0) {
    track.parameters.width = frame.width;
    track.parameters.height = frame.height;
  }
}

// Finds the stream of the newest file that the track goes on in from this frame on, if there is
// one.
void MediaSeries::Route(Track& track, const Frame& frame) {
  File* const file = newest();
  if (!file || track.file == file || !frame.key_frame) return;
  const auto own = std::find(file->recorders.begin(), file->recorders.end(), track.recorder);
  if (own != file->recorders.end()) {
    track.file = file;
    track.stream = static_cast<size_t>(own - file->recorders.begin());
  } else if (!track.file) {
    TakeFreeStream(track, *file);
  }
}

bool MediaSeries::TakeFreeStream(Track& track, File& file) {
  for (size_t i = 0; i < file.streams.size(); ++i) {
    if (file.recorders[i] || file.names[i] != track.recorder->info().track) continue;
    if (file.streams[i].codec != track.parameters.codec) continue;
    if (file.streams[i].extradata != track.parameters.extradata) continue;
    file.recorders[i] = track.recorder;
    track.file = &file;
    track.stream = i;
    return true;
  }
  return false;
}

void MediaSeries::Hold(Track& track, Frame frame) {
  if (!begin_by_) begin_by_ = now_ + kPatience;
  held_bytes_ += frame.data.size();
  held_.push_back({track.recorder, std::move(frame)});
  if (IsComplete() || held_bytes_ > kMaxHeldBytes) Begin();
}

// Nothing more is to be learned by waiting.
bool MediaSeries::IsComplete() const {
  bool audio = !settings_.wait_for_both || !files_.empty();
  bool video = audio;
  for (const Track& track : tracks_) {
    if (!track.has_media) continue;
    if (!track.recorder->is_reported()) return false;
    (track.recorder->info().audio ? audio : video) = true;
  }
  return audio && video;
}

// Begins the next file, with all tracks that have media.
void MediaSeries::Begin() {
  begin_by_.reset();
  File file;
  for (const Track& track : tracks_) {
    if (!track.has_media) continue;
    file.streams.push_back(track.parameters);
    file.names.push_back(track.recorder->info().track);
    file.recorders.push_back(track.recorder);
  }
  auto target = output_.CreateMedia(settings_.stem, file.streams);
  if (!target.ok()) {
    listener_.OnFileError(settings_.stem, target.status());
    return GiveUpHeld();
  }
  file.target = *std::move(target);
  file.notes = &listener_.OnFileBegun({file.target->name(), settings_.participant, file.recorders});
  files_.push_back(std::move(file));
  for (size_t i = 0; i < files_.back().recorders.size(); ++i) {
    Track& track = Find(*files_.back().recorders[i]);
    // Pictures that have a file leave it at a key frame.
    if (track.file && !track.recorder->info().audio) continue;
    track.file = &files_.back();
    track.stream = i;
  }
  WriteHeld();
  FinishUnused();
}

void MediaSeries::WriteHeld() {
  held_bytes_ = 0;
  for (const Held& held : std::exchange(held_, {})) {
    Track& track = Find(*held.recorder);
    if (track.file) {
      Write(track, held.frame);
    } else {
      held.recorder->LeaveOut();
    }
  }
}

// No file could be begun.
void MediaSeries::GiveUpHeld() {
  retry_at_ = now_ + kRetry;
  for (const Held& held : std::exchange(held_, {})) held.recorder->LeaveOut();
  held_bytes_ = 0;
  for (Track& track : tracks_) {
    if (!track.file) Lose(track);
  }
}

// Its file is gone: it has to begin anew.
void MediaSeries::Lose(Track& track) {
  track.file = nullptr;
  track.has_media = false;
  track.needs_key_frame = !track.recorder->info().audio;
}

void MediaSeries::Write(Track& track, const Frame& frame) {
  File& file = *track.file;
  const Duration time = track.recorder->Place(frame);
  const absl::Status status = file.target->Write(
      track.stream, frame.data, time, track.recorder->DurationOf(frame), frame.key_frame);
  if (!status.ok()) return Fail(file, status);
  if (!file.first || time < *file.first) {
    file.first = time;
    file.notes->set_start_seconds(std::chrono::duration<double>(time).count());
  }
}

void MediaSeries::HandleTick(Duration now) {
  now_ = std::max(now_, now);
  if (retry_at_ && now_ >= *retry_at_) retry_at_.reset();
  if (begin_by_ && (now_ >= *begin_by_ || IsComplete())) Begin();
  for (auto file = files_.begin(); file != files_.end();) {
    const absl::Status status = Advance(*file);
    File& advanced = *file++;
    if (!status.ok()) Fail(advanced, status);
  }
}

// Tells the streams of a file how far they have come without frames.
absl::Status MediaSeries::Advance(File& file) {
  for (size_t i = 0; i < file.recorders.size(); ++i) {
    const TrackRecorder* const recorder = file.recorders[i];
    if (recorder && !recorder->is_in_order()) continue;
    if (absl::Status status = file.target->AdvanceTo(i, now_ - kMaxDelay); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

void MediaSeries::Sync() {
  for (auto file = files_.begin(); file != files_.end();) {
    const absl::Status status = file->target->Sync();
    File& synced = *file++;
    if (!status.ok()) Fail(synced, status);
  }
}

void MediaSeries::Finish() {
  if (begin_by_) Begin();
  while (!files_.empty()) FinishFile(files_.begin());
}

bool MediaSeries::IsUsed(const File& file) const {
  const bool written = std::any_of(tracks_.begin(), tracks_.end(),
                                   [&](const Track& track) { return track.file == &file; });
  if (written || &file != &files_.back()) return written;
  // Somebody may be about to go over to it.
  return std::any_of(file.recorders.begin(), file.recorders.end(),
                     [](const TrackRecorder* recorder) { return recorder != nullptr; });
}

void MediaSeries::FinishUnused() {
  for (auto file = files_.begin(); file != files_.end();) {
    const auto candidate = file++;
    if (!IsUsed(*candidate)) FinishFile(candidate);
  }
}

// Its tracks, if there are any, have no file then.
void MediaSeries::FinishFile(std::list<File>::iterator file) {
  for (Track& track : tracks_) {
    if (track.file == &*file) Lose(track);
  }
  const auto finished = file->target->Finish();
  if (finished.ok()) {
    listener_.OnFileFinished(*file->notes, *finished);
  } else {
    listener_.OnFileError(file->target->name(), finished.status());
  }
  files_.erase(file);
}

void MediaSeries::Fail(File& file, const absl::Status& status) {
  listener_.OnFileError(file.target->name(), status);
  retry_at_ = now_ + kRetry;
  FinishFile(std::find_if(files_.begin(), files_.end(),
                          [&](const File& candidate) { return &candidate == &file; }));
}

bool MediaSeries::IsKeyFrameWanted(const TrackRecorder& recorder) const {
  const auto track = std::find_if(tracks_.begin(), tracks_.end(), [&](const Track& candidate) {
    return candidate.recorder == &recorder;
  });
  if (track == tracks_.end() || recorder.info().audio || retry_at_) return false;
  return track->needs_key_frame || (track->file && track->file != &files_.back());
}

uint64_t MediaSeries::bytes_written() const {
  uint64_t bytes = 0;
  for (const File& file : files_) bytes += file.target->bytes_written();
  return bytes;
}

}  // namespace baton::record
