// One recording, from the moment that its directory is there to its end: a tap, a process that
// writes what the tap brings, a sink endpoint in the room, and its legs.
//
//   starting --the process answers, the endpoint is there--> running
//   running --the process dies--> restarting --its successor answers--> running
//   any --stop, room closed, failure--> stopping --> ended or failed
//
// Stopping takes the endpoint out of the room, so that no packet comes any more; then the process
// is sent the end behind all that waits for it, and finishes its files; then what a crash has left
// is repaired. One restart: a process that dies again ends the recording.
//
// Control thread. Time is handed in (Tick) or asked for (RecordingClock), so tests have their own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time_point.h"
#include "control/recording_counters.h"
#include "control/recording_directory.h"
#include "control/recording_options.h"
#include "control/recording_status.h"
#include "control/recording_tap.h"
#include "control/recording_tracks.h"
#include "control/rooms.h"
#include "control/sink_process.h"
#include "control/stall_detector.h"
#include "control/track_selection.h"

#include "proto/control.pb.h"

namespace baton::control {

class RecordingClock {
 public:
  virtual ~RecordingClock() = default;
  virtual TimePoint Now() const = 0;
  virtual int64_t UnixUs() const = 0;  // UTC
};

class Recording;

class RecordingOwner {
 public:
  virtual ~RecordingOwner() = default;
  // It runs, or why it never will. Once.
  virtual void OnStartAnswered(Recording& recording, const absl::Status& status) = 0;
  virtual void OnFileFinished(Recording& recording, const v1::RecordedFile& file) = 0;
  virtual void OnTrouble(Recording& recording, const v1::RecordingTroubleNote& trouble) = 0;
  // A process has left files unfinished, and nobody has the directory any more: to be answered by
  // OnRepaired().
  virtual void Repair(Recording& recording) = 0;
  // The last call; the recording may be destroyed when it has returned to whoever called it.
  virtual void OnOver(Recording& recording) = 0;
};

// What all recordings of a node share; outlives them.
struct RecordingParts {
  Rooms& rooms;
  SinkLauncher& launcher;
  const RecordingClock& clock;
  const RecordingOptions& options;
  RecordingCounters& counters;
};

struct RecordingRequest {
  relay::Name room;
  std::string pattern;
  TrackSelection selection;
  v1::RecordingLayout layout = v1::RECORDING_LAYOUT_PARTICIPANT;
};

struct RepairedFile {
  std::string name;
  uint64_t bytes = 0;
};

class Recording final : private SinkHandler, private TrackHandler {
 public:
  // `endpoint` is what the recording is called in its room.
  Recording(RecordingRequest request, RecordingDirectory directory, RecordingTap tap,
            relay::Name endpoint, RecordingParts& parts, RecordingOwner& owner);
  ~Recording() override;
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  // Once, first.
  void Start();
  // Again and again has no effect.
  void Stop(const std::string& reason);
  // Any event of any room, after the mirror has it.
  void OnEvent(const relay::Event& event);
  // Several times a second.
  void Tick();
  void OnRepaired(const absl::Status& status, const std::vector<RepairedFile>& files);

  const std::string& name() const { return directory_.name; }
  const RecordingRequest& request() const { return request_; }
  v1::RecordingState state() const { return status_.recording().state(); }
  bool over() const;
  // With all that is known.
  v1::Recording Describe() const;
  // Without files, troubles and tracks.
  v1::Recording Brief() const { return status_.Brief(); }
  // Files that were begun, and of which nobody has said that they are finished.
  std::vector<std::string> UnfinishedFiles() const { return status_.UnfinishedFiles(); }

  // For what is told of it beside what itself finds out.
  void AddTrouble(RecordingFailure failure, const std::string& text);

 private:
  enum class EndpointState : uint8_t { kNone, kAdding, kThere, kRemoving };

  // Troubles that are told in a second; more are only counted.
  static constexpr int kTroublesPerSecond = 16;

  // SinkHandler:
  void OnSinkMessage(const record::v1::FromSink& message) override;
  void OnSinkClosed() override;
  void OnSinkGone(const ChildExit& exit, const std::string& last_words) override;
  // TrackHandler:
  void OnTrackAdded(const v1::RecordedTrack& track) override;
  void OnTrackRemoved(const v1::RecordedTrack& track) override;
  void OnTrackRefused(const v1::RecordedTrack& track, const std::string& why) override;

  absl::Status Launch();
  record::v1::ToSink BeginMessage() const;
  void OnSinkStarted();
  void OnFileFinished(const record::v1::FileFinished& file);
  void AddEndpoint();
  void OnEndpointAdded(const absl::Status& status);
  void Restart(const std::string& how);
  void Fail(RecordingFailure failure, const std::string& text);
  void WindDown();
  void RemoveEndpoint();
  void Over();

  void OnDeadline(TimePoint now);
  void Measure(TimePoint now);
  void WatchForStall(TimePoint now, const TapCounters& tap);
  void AnswerStart(const absl::Status& status);
  void SetState(v1::RecordingState state);
  bool stopping() const { return state() == v1::RECORDING_STATE_STOPPING; }
  // `fill` writes the event.
  template <class Fill>
  void Publish(Fill fill) {
    v1::Event event;
    fill(event);
    parts_.rooms.Publish(std::move(event));
  }

  RecordingParts& parts_;
  RecordingOwner& owner_;
  const RecordingRequest request_;
  RecordingDirectory directory_;  // its descriptor is closed when the last process has ended
  const relay::Name endpoint_;
  std::optional<RecordingTap> tap_;  // nothing when it is no longer needed
  RecordingStatus status_;
  std::optional<RecordingTracks> tracks_;

  TimePoint started_;
  std::unique_ptr<SinkProcess> sink_;
  EndpointState endpoint_state_ = EndpointState::kNone;
  bool start_answered_ = false;
  bool failed_ = false;
  bool restarted_ = false;
  bool finish_sent_ = false;
  bool terminated_ = false;      // SIGTERM was sent
  bool sink_ended_ = false;      // the process has said that its files are finished
  bool needs_repair_ = false;    // a process has not
  TimePoint deadline_ = kNever;  // of starting, of stopping
  TimePoint kill_at_ = kNever;   // the process has closed its socket

  StallDetector stall_;
  TimePoint last_sign_;   // of life: the process has said or taken something
  TimePoint last_retry_;  // of refused legs
  TimePoint last_drop_;
  uint64_t written_bytes_ = 0;
  uint64_t dropped_ = 0;
  int trouble_budget_ = kTroublesPerSecond;  // what is left of it
  // For answers that come when this is gone.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace baton::control
