// What a recording looks after by the clock, and what it tells.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "control/recording.h"

namespace baton::control {
namespace {

constexpr Duration kSecond = std::chrono::seconds(1);
// Packets that are dropped so soon after others are the same trouble.
constexpr Duration kDropsApart = std::chrono::seconds(10);

int64_t Milliseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

// The state as a gauge counts it.
std::optional<LiveState> LiveStateOf(v1::RecordingState state) {
  switch (state) {
    case v1::RECORDING_STATE_STARTING:
      return LiveState::kStarting;
    case v1::RECORDING_STATE_RUNNING:
      return LiveState::kRunning;
    case v1::RECORDING_STATE_RESTARTING:
      return LiveState::kRestarting;
    case v1::RECORDING_STATE_STOPPING:
      return LiveState::kStopping;
    default:
      return std::nullopt;
  }
}

}  // namespace

void Recording::Tick() {
  if (over()) return;
  const TimePoint now = parts_.clock.Now();
  if (now - last_retry_ >= kSecond) {
    last_retry_ = now;
    trouble_budget_ = kTroublesPerSecond;
    if (tracks_) tracks_->Retry();
  }
  if (tap_) Measure(now);
  if (sink_ != nullptr) OnDeadline(now);
  WindDown();
}

void Recording::OnDeadline(TimePoint now) {
  if (now >= kill_at_) {
    kill_at_ = kNever;
    if (!sink_ended_) {
      AddTrouble(RecordingFailure::kProtocolError,
                 "the recording process has closed its socket, or written to it what makes no "
                 "sense, and is killed");
    }
    return sink_->Signal(SIGKILL);
  }
  const RecordingOptions& options = parts_.options;
  if (state() == v1::RECORDING_STATE_RUNNING && now - last_sign_ >= options.hang_after) {
    last_sign_ = now;
    AddTrouble(RecordingFailure::kHung,
               absl::StrCat("the recording process has neither said nor taken anything for ",
                            Milliseconds(options.hang_after), " ms, and is killed"));
    return sink_->Signal(SIGKILL);
  }
  if (now < deadline_) return;
  deadline_ = now + options.kill_after;
  if (!stopping()) {
    AddTrouble(RecordingFailure::kStartTimeout,
               absl::StrCat("the recording process has not answered for ",
                            Milliseconds(options.start_timeout), " ms, and is killed"));
    return sink_->Signal(SIGKILL);
  }
  if (std::exchange(terminated_, true)) return sink_->Signal(SIGKILL);
  failed_ = true;
  AddTrouble(RecordingFailure::kStopTimeout,
             absl::StrCat("the recording process has not finished its files within ",
                          Milliseconds(options.stop_timeout), " ms (record.stop_timeout)"));
  sink_->Signal(SIGTERM);
}

void Recording::Measure(TimePoint now) {
  const TapCounters tap = tap_->counters();
  if (tap.written_bytes != written_bytes_) last_sign_ = now;
  written_bytes_ = tap.written_bytes;
  status_.set_backlog_bytes(tap.backlog_bytes);
  const uint64_t dropped = tap.dropped - std::exchange(dropped_, tap.dropped);
  status_.set_dropped(tap.dropped);
  if (dropped > 0) {
    const bool again = last_drop_ != TimePoint() && now - last_drop_ < kDropsApart;
    last_drop_ = now;
    if (!again) {
      AddTrouble(RecordingFailure::kPacketsDropped,
                 absl::StrCat("the queue is full (record.queue_memory): ", dropped,
                              " packets were dropped, and more will be until it is not"));
    }
  }
  if (sink_ != nullptr) WatchForStall(now, tap);
}

void Recording::WatchForStall(TimePoint now, const TapCounters& tap) {
  if (!stall_.Begins(now, tap.backlog_bytes, tap.written_bytes)) return;
  AddTrouble(RecordingFailure::kStalled,
             absl::StrCat("the recording process takes nothing: ", tap.backlog_bytes,
                          " bytes wait for it (is the disk slow?)"));
}

void Recording::AddTrouble(RecordingFailure failure, const std::string& text) {
  parts_.counters.failures[static_cast<size_t>(failure)].Add();
  if (trouble_budget_ == 0) return status_.CountTrouble();
  --trouble_budget_;
  const v1::RecordingTroubleNote trouble = status_.AddTrouble(failure, text, parts_.clock.UnixUs());
  Publish([&](v1::Event& event) {
    event.mutable_recording_trouble()->set_recording(name());
    *event.mutable_recording_trouble()->mutable_trouble() = trouble;
  });
  owner_.OnTrouble(*this, trouble);
}

void Recording::OnTrackAdded(const v1::RecordedTrack& track) {
  Publish([&](v1::Event& event) {
    event.mutable_recording_track_added()->set_recording(name());
    *event.mutable_recording_track_added()->mutable_track() = track;
  });
}

void Recording::OnTrackRemoved(const v1::RecordedTrack& track) {
  Publish([&](v1::Event& event) {
    v1::RecordingTrackRemoved& removed = *event.mutable_recording_track_removed();
    removed.set_recording(name());
    removed.set_publisher(track.publisher());
    removed.set_track(track.track());
  });
}

void Recording::OnTrackRefused(const v1::RecordedTrack& track, const std::string& why) {
  AddTrouble(
      RecordingFailure::kTrackNotRecorded,
      absl::StrCat("track ", track.publisher(), "/", track.track(), " is not recorded: ", why));
}

void Recording::AnswerStart(const absl::Status& status) {
  if (std::exchange(start_answered_, true)) return;
  owner_.OnStartAnswered(*this, status);
}

void Recording::SetState(v1::RecordingState state) {
  const auto count = [this](int64_t change) {
    const std::optional<LiveState> live = LiveStateOf(this->state());
    if (live) parts_.counters.live[static_cast<size_t>(*live)].Add(change);
  };
  count(-1);
  status_.set_state(state);
  count(1);
}

v1::Recording Recording::Describe() const {
  v1::Recording recording = status_.recording();
  if (tracks_) {
    for (v1::RecordedTrack& track : tracks_->List()) *recording.add_tracks() = std::move(track);
  }
  return recording;
}

}  // namespace baton::control
