#include "record/manifest.h"

#include <algorithm>
#include <utility>

namespace baton::record {
namespace {

constexpr int64_t kMicrosecondsPerSecond = 1'000'000;

double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

void SetTime(int64_t unix_us, google::protobuf::Timestamp& timestamp) {
  timestamp.set_seconds(unix_us / kMicrosecondsPerSecond);
  timestamp.set_nanos(static_cast<int32_t>(unix_us % kMicrosecondsPerSecond * 1000));
}

}  // namespace

ManifestKeeper::ManifestKeeper(const v1::Begin& begin, std::optional<v1::Manifest> earlier)
    : start_us_(begin.start_unix_us()) {
  if (earlier) manifest_ = *std::move(earlier);
  manifest_.clear_ended();
  manifest_.clear_end_reason();
  manifest_.set_recording(begin.recording());
  manifest_.set_room(begin.room());
  manifest_.set_node(begin.node());
  manifest_.set_layout(begin.layout());
  SetTime(start_us_, *manifest_.mutable_started());
  segment_ = manifest_.add_segments();
  segment_->set_number(begin.segment());
}

v1::Manifest::Participant& ManifestKeeper::ParticipantOf(const std::string& name) {
  auto& participants = *manifest_.mutable_participants();
  const auto known = std::find_if(participants.begin(), participants.end(),
                                  [&](const auto& each) { return each.name() == name; });
  if (known != participants.end()) return *known;
  v1::Manifest::Participant& added = *participants.Add();
  added.set_name(name);
  return added;
}

v1::Manifest::Track& ManifestKeeper::AddTrack(const TrackInfo& info, Duration time) {
  v1::Manifest::Track& track = *ParticipantOf(info.participant).add_tracks();
  track.set_name(info.track);
  track.set_kind(info.audio ? v1::AUDIO : v1::VIDEO);
  v1::Codec& codec = *track.mutable_codec();
  codec.set_encoding(info.codec.encoding);
  codec.set_clock_rate(info.codec.clock_rate);
  codec.set_channels(info.codec.channels);
  track.set_screen(info.screen);
  track.set_segment(segment_->number());
  track.set_added_seconds(Seconds(time));
  return track;
}

void ManifestKeeper::RemoveTrack(v1::Manifest::Track& track, const std::string& reason,
                                 Duration time) {
  track.set_removed_seconds(Seconds(time));
  track.set_removed_reason(reason);
}

v1::Manifest::File& ManifestKeeper::AddFile(const std::string& name, const std::string& participant,
                                            const std::vector<v1::Manifest::Track*>& tracks) {
  v1::Manifest::File& file = *manifest_.add_files();
  file.set_name(name);
  file.set_participant(participant);
  file.set_segment(segment_->number());
  for (v1::Manifest::Track* track : tracks) {
    file.add_tracks(track->name());
    track->add_files(name);
  }
  return file;
}

void ManifestKeeper::FinishFile(v1::Manifest::File& notes, const FinishedFile& file) {
  if (notes.name() != file.name) Rename(notes.name(), file.name);
  notes.set_name(file.name);
  notes.set_finished(true);
  notes.set_bytes(file.bytes);
  notes.set_sha256(file.sha256);
  notes.set_start_seconds(Seconds(file.start));
  notes.set_duration_seconds(Seconds(file.duration));
}

// A file got another name than it was begun with, because somebody had taken that.
void ManifestKeeper::Rename(const std::string& from, const std::string& to) {
  for (auto& participant : *manifest_.mutable_participants()) {
    for (auto& track : *participant.mutable_tracks()) {
      for (std::string& file : *track.mutable_files()) {
        if (file == from) file = to;
      }
    }
  }
}

void ManifestKeeper::AddDropped(uint64_t packets) {
  manifest_.set_dropped(manifest_.dropped() + packets);
}

void ManifestKeeper::Advance(Duration time) {
  if (segment_->start_seconds() == 0 && segment_->number() > 1) {
    segment_->set_start_seconds(Seconds(time));
  }
  segment_->set_end_seconds(Seconds(time));
  manifest_.set_duration_seconds(std::max(manifest_.duration_seconds(), Seconds(time)));
}

void ManifestKeeper::End(const std::string& reason, Duration time) {
  Advance(time);
  segment_->set_end_reason(reason);
  manifest_.set_end_reason(reason);
  const auto length = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
  SetTime(start_us_ + length, *manifest_.mutable_ended());
}

}  // namespace baton::record
