#include "record/session.h"

#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "record/manifest_json.h"
#include "rtp/classify.h"
#include "rtp/packet.h"
#include "rtp/rtcp.h"
#include "rtp/rtcp_body.h"

namespace baton::record {
namespace {

constexpr Duration kSecond = std::chrono::seconds(1);
// The year 2100: further on, texts of dates end somewhere.
constexpr int64_t kMaxUnixUs = 4'102'444'800'000'000;

int64_t Microseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

std::string StemOf(const TrackInfo& info, v1::Layout layout) {
  if (layout != v1::PARTICIPANT) return absl::StrCat(info.participant, "-", info.track);
  return info.screen ? absl::StrCat(info.participant, "-screen") : info.participant;
}

}  // namespace

Session::Session(RecordingFiles& files, Reports::SendMessage send)
    : files_(files), reports_(std::move(send)) {}

Session::~Session() = default;

// -------------------------------------------------------------------------- what the node says

absl::Status Session::OnFrame(const TapFrame& frame) {
  if (frame.type == FrameType::kMessage) {
    v1::ToSink message;
    const google::protobuf::LogSilencer silencer;
    if (!message.ParseFromArray(frame.message.data(), static_cast<int>(frame.message.size()))) {
      return absl::InvalidArgumentError("a message cannot be parsed");
    }
    return OnMessage(message);
  }
  if (!has_begun()) return absl::InvalidArgumentError("packets come before Begin");
  if (frame.type == FrameType::kPacket) return OnPacket(frame.left, frame.packet);
  OnDropped(frame.dropped);
  return absl::OkStatus();
}

absl::Status Session::OnMessage(const v1::ToSink& message) {
  if (message.has_begin()) return OnBegin(message.begin());
  if (!has_begun()) return absl::InvalidArgumentError("the first message is not Begin");
  if (message.has_track_added()) OnTrackAdded(message.track_added());
  if (message.has_track_removed()) OnTrackRemoved(message.track_removed());
  if (message.has_end()) end_reason_ = message.end().reason();
  return absl::OkStatus();
}

absl::Status Session::OnBegin(const v1::Begin& begin) {
  if (has_begun()) return absl::InvalidArgumentError("Begin comes twice");
  if (begin.layout() != v1::PARTICIPANT && begin.layout() != v1::TRACK &&
      begin.layout() != v1::RAW) {
    return absl::InvalidArgumentError("Begin has a layout that is not known");
  }
  const Duration start(begin.start_monotonic_ns());
  if (start < Duration::zero() || start > kMaxLength || begin.start_unix_us() < 0 ||
      begin.start_unix_us() > kMaxUnixUs) {
    return absl::InvalidArgumentError("Begin has times that no clock shows");
  }
  layout_ = begin.layout();
  start_us_ = begin.start_unix_us();
  start_ = now_ = next_tick_ = next_second_ = TimePoint(start);
  keeper_ = std::make_unique<ManifestKeeper>(
      begin, begin.segment() > 1 ? ReadEarlierManifest() : std::nullopt);
  reports_.set_manifest(*keeper_);
  reports_.set_now(now_);
  WriteManifest();
  return absl::OkStatus();
}

std::optional<v1::Manifest> Session::ReadEarlierManifest() {
  const auto json = files_.ReadManifest();
  if (!json.ok()) return std::nullopt;
  auto manifest = ManifestFromJson(*json);
  if (!manifest.ok()) return std::nullopt;
  return *std::move(manifest);
}

void Session::OnTrackAdded(const v1::TrackAdded& message) {
  if (tracks_.count(message.id()) != 0) return;
  const auto info = ToTrackInfo(message, layout_);
  if (!info.ok()) {
    return reports_.OnTrouble(v1::TRACK_NOT_RECORDED, absl::StrCat(info.status().message()),
                              message.id());
  }
  if (tracks_.size() == kMaxTracks || ids_by_ssrc_.count(info->ssrc) != 0) {
    return reports_.OnTrouble(v1::TRACK_NOT_RECORDED,
                              "there are too many tracks, or another one has the same SSRC",
                              message.id());
  }
  Participant& participant = participants_.try_emplace(info->participant, start_).first->second;
  ++participant.tracks;
  Track& track = tracks_[info->id];
  MediaSeries* const series = layout_ == v1::RAW ? nullptr : &SeriesOf(participant, *info);
  track.recorder = std::make_unique<TrackRecorder>(*info, start_, participant.timeline, series,
                                                   keeper_->AddTrack(*info, position()));
  track.series = series;
  if (series) {
    series->AddTrack(*track.recorder);
  } else {
    track.raw = std::make_unique<RawRecorder>(*track.recorder, StemOf(*info, layout_), start_us_,
                                              files_, reports_);
  }
  ids_by_ssrc_[info->ssrc] = info->id;
  manifest_changed_ = true;
}

MediaSeries& Session::SeriesOf(Participant& participant, const TrackInfo& info) {
  const std::string stem = StemOf(info, layout_);
  const MediaSeries::Settings settings{.participant = info.participant,
                                       .stem = stem,
                                       .wait_for_both = layout_ == v1::PARTICIPANT && !info.screen};
  return participant.series.try_emplace(stem, settings, files_, reports_).first->second;
}

void Session::OnTrackRemoved(const v1::TrackRemoved& message) {
  const auto track = tracks_.find(message.id());
  if (track == tracks_.end()) return;
  ManifestKeeper::RemoveTrack(track->second.recorder->notes(), message.reason(), position());
  RemoveTrack(track);
}

// Writes all that there is of the track, and finishes the files that nobody else writes into.
void Session::RemoveTrack(std::map<uint32_t, Track>::iterator track) {
  TrackRecorder& recorder = *track->second.recorder;
  const TrackInfo& info = recorder.info();
  recorder.Flush(now_);
  if (track->second.raw) track->second.raw->Finish();
  const auto participant = participants_.find(info.participant);
  if (MediaSeries* const series = track->second.series) {
    series->RemoveTrack(recorder, position());
    if (series->empty()) {
      series->Finish();
      participant->second.series.erase(StemOf(info, layout_));
    }
  }
  recorder.UpdateNotes();
  Add(recorder.counters(), past_);
  const bool last = --participant->second.tracks == 0;
  ids_by_ssrc_.erase(info.ssrc);
  tracks_.erase(track);
  if (last) participants_.erase(participant);
  manifest_changed_ = true;
}

absl::Status Session::OnPacket(TimePoint left, Bytes packet) {
  if (left.time_since_epoch() < Duration::zero() || left - start_ > kMaxLength) {
    return absl::InvalidArgumentError("a packet has a time that no clock shows");
  }
  Advance(left);
  if (rtp::ClassifyDatagram(packet) == rtp::DatagramKind::kRtcp) {
    OnRtcp(packet);
  } else {
    OnRtp(packet);
  }
  return absl::OkStatus();
}

Session::Track* Session::FindBySsrc(rtp::Ssrc ssrc) {
  const auto id = ids_by_ssrc_.find(ssrc);
  return id == ids_by_ssrc_.end() ? nullptr : &tracks_.at(id->second);
}

void Session::OnRtp(Bytes packet) {
  const auto view = rtp::ParsePacket(packet);
  if (!view) return;
  Track* const track = FindBySsrc(view->ssrc);
  if (!track || view->payload_type != track->recorder->info().payload_type) return;
  track->recorder->OnRtp(*view, now_);
  if (track->raw) track->raw->OnRtp(packet, position());
}

void Session::OnRtcp(Bytes packet) {
  auto compound = rtp::ParseCompound(packet, /*allow_reduced_size=*/true);
  if (!compound) return;
  while (const auto part = compound->Next()) {
    if (part->kind != rtp::RtcpKind::kSenderReport) continue;
    Track* const track = FindBySsrc(rtp::Sender(*part));
    if (!track) continue;
    track->recorder->OnSenderReport(rtp::ReadSenderInfo(*part), now_);
    if (track->raw) track->raw->OnRtcp(packet, position());
  }
}

void Session::OnDropped(uint64_t packets) {
  past_.set_dropped(past_.dropped() + packets);
  keeper_->AddDropped(packets);
  for (auto& [id, track] : tracks_) track.recorder->OnDropped(now_);
  reports_.OnTrouble(
      v1::PACKETS_DROPPED,
      absl::StrCat(packets, " packets found no room in the queue of this recording"));
  manifest_changed_ = true;
}

// --------------------------------------------------------------------------- what time brings

void Session::OnTime(TimePoint now) {
  if (has_begun() && now - start_ <= kMaxLength) Advance(now - kMaxTransit);
}

void Session::Advance(TimePoint time) {
  now_ = std::max(now_, time);
  reports_.set_now(now_);
  if (now_ >= next_tick_) {
    HandleTick();
    next_tick_ = now_ + kTick;
  }
  if (now_ >= next_second_) {
    HandleSecond();
    next_second_ = now_ + kSecond;
  }
}

template <class Visit>
void Session::ForEachSeries(Visit visit) {
  for (auto& [name, participant] : participants_) {
    for (auto& [stem, series] : participant.series) visit(series);
  }
}

void Session::HandleTick() {
  for (auto& [id, track] : tracks_) {
    track.recorder->HandleDeadline(now_);
    AskForKeyFrame(track);
  }
  ForEachSeries([&](MediaSeries& series) { series.HandleTick(position()); });
}

void Session::AskForKeyFrame(Track& track) {
  const TrackRecorder& recorder = *track.recorder;
  if (!recorder.key_frame_wanted() && !(track.series && track.series->IsKeyFrameWanted(recorder))) {
    return;
  }
  if (track.key_frame_asked && now_ - *track.key_frame_asked < kKeyFrameInterval) return;
  track.key_frame_asked = now_;
  v1::FromSink message;
  message.mutable_key_frame_wanted()->set_track_id(recorder.info().id);
  reports_.Send(message);
}

void Session::HandleSecond() {
  ForEachSeries([](MediaSeries& series) { series.Sync(); });
  for (auto& [id, track] : tracks_) {
    if (track.raw) track.raw->Sync();
    track.recorder->UpdateNotes();
  }
  SendStatistics();
  manifest_changed_ |= reports_.TakeChanged();
  if (manifest_changed_ || now_ - manifest_written_ >= kManifestInterval) WriteManifest();
}

void Session::Add(const TrackRecorder::Counters& counters, v1::Statistics& statistics) {
  statistics.set_packets(statistics.packets() + counters.packets);
  statistics.set_lost(statistics.lost() + counters.lost);
  statistics.set_late(statistics.late() + counters.late);
  statistics.set_frames(statistics.frames() + counters.frames);
  statistics.set_frames_left_out(statistics.frames_left_out() + counters.frames_left_out);
}

void Session::SendStatistics() {
  v1::FromSink message;
  v1::Statistics& statistics = *message.mutable_statistics();
  statistics = past_;
  statistics.set_position_us(Microseconds(position()));
  uint64_t bytes = reports_.finished_bytes();
  size_t open = 0;
  for (const auto& [id, track] : tracks_) {
    Add(track.recorder->counters(), statistics);
    if (!track.raw) continue;
    bytes += track.raw->bytes_written();
    open += track.raw->is_open() ? 1 : 0;
  }
  ForEachSeries([&](const MediaSeries& series) {
    bytes += series.bytes_written();
    open += series.open_files();
  });
  statistics.set_bytes(bytes);
  statistics.set_files(static_cast<uint32_t>(open));
  reports_.Send(message);
}

void Session::WriteManifest() {
  keeper_->Advance(position());
  manifest_written_ = now_;
  manifest_changed_ = false;
  const absl::Status status = files_.UpdateManifest(ManifestToJson(keeper_->manifest()));
  if (!status.ok()) return reports_.OnFileError(kManifestName, status);
  if (started_) return;
  started_ = true;
  v1::FromSink message;
  message.mutable_started();
  reports_.Send(message);
}

void Session::Finish(const std::string& reason) {
  if (has_begun()) {
    while (!tracks_.empty()) RemoveTrack(tracks_.begin());
    keeper_->End(reason, position());
    const absl::Status status = files_.FinishManifest(ManifestToJson(keeper_->manifest()));
    if (!status.ok()) reports_.OnFileError(kManifestName, status);
    SendStatistics();
  }
  v1::FromSink message;
  message.mutable_ended()->set_reason(reason);
  reports_.Send(message);
}

}  // namespace baton::record
