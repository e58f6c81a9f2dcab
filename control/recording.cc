#include "control/recording.h"

#include <algorithm>
#include <csignal>
#include <utility>

#include "absl/strings/str_cat.h"
#include "control/quote.h"

namespace baton::control {
namespace {

record::v1::Layout LayoutOf(v1::RecordingLayout layout) {
  switch (layout) {
    case v1::RECORDING_LAYOUT_TRACK:
      return record::v1::TRACK;
    case v1::RECORDING_LAYOUT_RAW:
      return record::v1::RAW;
    default:
      return record::v1::PARTICIPANT;
  }
}

v1::Recording FirstStatus(const RecordingRequest& request, const RecordingDirectory& directory,
                          int64_t started_unix_us) {
  v1::Recording status;
  status.set_name(directory.name);
  status.set_room(std::string(request.room));
  *status.mutable_selection() = request.selection.message();
  status.set_pattern(request.pattern);
  status.set_layout(request.layout);
  status.set_directory(directory.path);
  status.set_segment(1);
  status.set_started_unix_us(static_cast<uint64_t>(started_unix_us));
  return status;
}

std::string WithLastWords(std::string how, const std::string& last_words) {
  if (!last_words.empty()) absl::StrAppend(&how, "; its last words: ", last_words);
  return how;
}

}  // namespace

Recording::Recording(RecordingRequest request, RecordingDirectory directory, RecordingTap tap,
                     relay::Name endpoint, RecordingParts& parts, RecordingOwner& owner)
    : parts_(parts),
      owner_(owner),
      request_(std::move(request)),
      directory_(std::move(directory)),
      endpoint_(endpoint),
      tap_(std::move(tap)),
      status_(FirstStatus(request_, directory_, parts.clock.UnixUs())),
      started_(parts.clock.Now()),
      stall_(parts.options.stall_after),
      last_sign_(started_),
      last_retry_(started_) {
  tracks_.emplace(RecordingTracks::Place{request_.room, endpoint_}, request_.selection,
                  request_.layout == v1::RECORDING_LAYOUT_RAW, parts.rooms, *tap_,
                  static_cast<TrackHandler&>(*this));
  SetState(v1::RECORDING_STATE_STARTING);
}

Recording::~Recording() {
  *alive_ = false;
  if (!over()) SetState(v1::RECORDING_STATE_UNSPECIFIED);
}

void Recording::Start() {
  const absl::Status launched = Launch();
  if (!launched.ok()) Fail(RecordingFailure::kStartFailed, std::string(launched.message()));
}

absl::Status Recording::Launch() {
  absl::StatusOr<LaunchedSink> sink =
      parts_.launcher.Launch(directory_.name, directory_.fd.get(), *this);
  if (!sink.ok()) return sink.status();
  sink_ = std::move(sink->process);
  sink_ended_ = false;
  std::vector<record::v1::ToSink> first = {BeginMessage()};
  for (record::v1::ToSink& message : tracks_->Announcements()) first.push_back(std::move(message));
  tap_->Attach(sink->tap_fd, first);
  const TimePoint now = parts_.clock.Now();
  last_sign_ = now;
  deadline_ = now + parts_.options.start_timeout;
  return absl::OkStatus();
}

record::v1::ToSink Recording::BeginMessage() const {
  record::v1::ToSink message;
  record::v1::Begin& begin = *message.mutable_begin();
  const v1::Recording& recording = status_.recording();
  begin.set_recording(recording.name());
  begin.set_room(recording.room());
  begin.set_node(parts_.options.node_name);
  begin.set_segment(recording.segment());
  begin.set_start_unix_us(static_cast<int64_t>(recording.started_unix_us()));
  begin.set_start_monotonic_ns(started_.time_since_epoch().count());
  begin.set_layout(LayoutOf(recording.layout()));
  return message;
}

// ------------------------------------------------------------------------------------ the process

void Recording::OnSinkMessage(const record::v1::FromSink& message) {
  last_sign_ = parts_.clock.Now();
  switch (message.body_case()) {
    case record::v1::FromSink::kStarted:
      return OnSinkStarted();
    case record::v1::FromSink::kKeyFrameWanted:
      return tracks_->RequestKeyFrame(message.key_frame_wanted().track_id());
    case record::v1::FromSink::kFileBegun:
      return status_.OnFileBegun(message.file_begun().name());
    case record::v1::FromSink::kFileFinished:
      return OnFileFinished(message.file_finished());
    case record::v1::FromSink::kTrouble:
      return AddTrouble(FailureOf(message.trouble().code()), message.trouble().text());
    case record::v1::FromSink::kStatistics: {
      const RecordingStatus::Growth growth = status_.OnStatistics(message.statistics());
      parts_.counters.bytes.Add(growth.bytes);
      parts_.counters.lost_packets.Add(growth.lost);
      return;
    }
    case record::v1::FromSink::kEnded:
      sink_ended_ = true;
      return;
    case record::v1::FromSink::BODY_NOT_SET:
      return;  // of a later version
  }
}

void Recording::OnSinkStarted() {
  if (state() == v1::RECORDING_STATE_STARTING && endpoint_state_ == EndpointState::kNone) {
    deadline_ = kNever;
    return AddEndpoint();
  }
  if (state() != v1::RECORDING_STATE_RESTARTING) return;
  deadline_ = kNever;
  SetState(v1::RECORDING_STATE_RUNNING);
  Publish([&](v1::Event& event) {
    event.mutable_recording_restarted()->set_recording(name());
    event.mutable_recording_restarted()->set_segment(status_.recording().segment());
  });
}

void Recording::OnFileFinished(const record::v1::FileFinished& finished) {
  const v1::RecordedFile file = status_.OnFileFinished(finished);
  owner_.OnFileFinished(*this, file);
}

// It is mostly about to end, and its exit status tells more.
void Recording::OnSinkClosed() { kill_at_ = parts_.clock.Now() + parts_.options.kill_after; }

void Recording::OnSinkGone(const ChildExit& exit, const std::string& last_words) {
  sink_.reset();
  tap_->Detach();
  kill_at_ = kNever;
  const bool in_order = sink_ended_ && exit.ok();
  const std::string how = WithLastWords(
      absl::StrCat("the recording process has ended with ", exit.ToString()), last_words);
  needs_repair_ = needs_repair_ || !in_order;
  switch (state()) {
    case v1::RECORDING_STATE_STARTING:
      return Fail(RecordingFailure::kStartFailed, how);
    case v1::RECORDING_STATE_RUNNING:
      if (!restarted_) return Restart(how);
      return Fail(RecordingFailure::kCrashed, absl::StrCat(how, ", for the second time"));
    case v1::RECORDING_STATE_RESTARTING:
      return Fail(RecordingFailure::kCrashed, absl::StrCat(how, " before it went on"));
    default:
      if (!in_order) {
        failed_ = true;
        AddTrouble(RecordingFailure::kCrashed, how);
      }
      return WindDown();
  }
}

void Recording::Restart(const std::string& how) {
  restarted_ = true;
  AddTrouble(RecordingFailure::kCrashed, how);
  parts_.counters.restarts.Add();
  status_.BeginSegment();
  SetState(v1::RECORDING_STATE_RESTARTING);
  const absl::Status launched = Launch();
  if (!launched.ok()) Fail(RecordingFailure::kCrashed, std::string(launched.message()));
}

// ----------------------------------------------------------------------------------- the endpoint

void Recording::AddEndpoint() {
  endpoint_state_ = EndpointState::kAdding;
  parts_.rooms.Do(relay::AddSinkEndpoint{request_.room, endpoint_, tap_->number()},
                  [this, alive = alive_](const absl::Status& status) {
                    if (*alive) OnEndpointAdded(status);
                  });
}

void Recording::OnEndpointAdded(const absl::Status& status) {
  endpoint_state_ = status.ok() ? EndpointState::kThere : EndpointState::kNone;
  if (stopping()) return WindDown();
  if (!status.ok()) {
    AnswerStart(status);
    return Fail(RecordingFailure::kStartFailed, std::string(status.message()));
  }
  parts_.counters.started.Add();
  SetState(v1::RECORDING_STATE_RUNNING);
  Publish(
      [&](v1::Event& event) { *event.mutable_recording_started()->mutable_recording() = Brief(); });
  tracks_->Begin();
  AnswerStart(absl::OkStatus());
}

void Recording::OnEvent(const relay::Event& event) {
  if (!tap_) return;  // nothing is left in the room
  tracks_->OnEvent(event);
  if (const auto* closed = std::get_if<relay::RoomClosed>(&event);
      closed != nullptr && closed->room == request_.room) {
    if (endpoint_state_ != EndpointState::kAdding) endpoint_state_ = EndpointState::kNone;
    Stop("room closed");
    return WindDown();
  }
  const auto* removed = std::get_if<relay::EndpointRemoved>(&event);
  const bool ours = removed != nullptr && removed->room == request_.room &&
                    removed->endpoint == endpoint_ && endpoint_state_ == EndpointState::kThere;
  if (!ours) return;
  endpoint_state_ = EndpointState::kNone;
  Fail(RecordingFailure::kEndpointRemoved,
       absl::StrCat("a client has removed endpoint ", Quoted(endpoint_),
                    ", by which the room was recorded"));
}

void Recording::RemoveEndpoint() {
  endpoint_state_ = EndpointState::kRemoving;
  parts_.rooms.Do(relay::RemoveEndpoint{request_.room, endpoint_},
                  [this, alive = alive_](const absl::Status& status) {
                    if (!*alive || endpoint_state_ != EndpointState::kRemoving) return;
                    // Refused for now: the next tick asks again.
                    const bool later = absl::IsUnavailable(status);
                    endpoint_state_ = later ? EndpointState::kThere : EndpointState::kNone;
                    if (!later) WindDown();
                  });
}

// ---------------------------------------------------------------------------------------- the end

void Recording::Fail(RecordingFailure failure, const std::string& text) {
  failed_ = true;
  AddTrouble(failure, text);
  AnswerStart(absl::UnavailableError(
      absl::StrCat("room ", Quoted(request_.room), " is not recorded: ", text)));
  Stop(std::string(Name(failure)));
}

void Recording::Stop(const std::string& reason) {
  if (stopping() || over()) return;
  status_.set_end_reason(reason);
  SetState(v1::RECORDING_STATE_STOPPING);
  deadline_ = parts_.clock.Now() + parts_.options.stop_timeout;
  Publish([&](v1::Event& event) {
    event.mutable_recording_stopping()->set_recording(name());
    event.mutable_recording_stopping()->set_reason(reason);
  });
  AnswerStart(absl::AbortedError(absl::StrCat("the recording of room ", Quoted(request_.room),
                                              " was stopped before it had begun: ", reason)));
  WindDown();
}

// As far as it goes now: first the endpoint, so that nothing more comes, then the process, then
// what it has left.
void Recording::WindDown() {
  if (!stopping()) return;
  tracks_->End();
  if (endpoint_state_ == EndpointState::kThere) RemoveEndpoint();
  if (endpoint_state_ != EndpointState::kNone) return;
  if (sink_ != nullptr) {
    if (std::exchange(finish_sent_, true)) return;
    record::v1::ToSink message;
    message.mutable_end()->set_reason(status_.recording().end_reason());
    return tap_->Finish(message);
  }
  if (!tap_) return;  // it is being repaired
  Measure(parts_.clock.Now());
  tracks_.reset();
  tap_.reset();
  directory_.fd = {};
  deadline_ = kNever;
  if (needs_repair_) return owner_.Repair(*this);
  Over();
}

void Recording::OnRepaired(const absl::Status& status, const std::vector<RepairedFile>& files) {
  for (const RepairedFile& repaired : files) {
    owner_.OnFileFinished(*this, status_.OnFileRepaired(repaired.name, repaired.bytes));
  }
  if (!status.ok()) {
    failed_ = true;
    AddTrouble(RecordingFailure::kRepairFailed, std::string(status.message()));
  }
  Over();
}

void Recording::Over() {
  status_.set_ended(parts_.clock.UnixUs());
  status_.set_backlog_bytes(0);
  SetState(failed_ ? v1::RECORDING_STATE_FAILED : v1::RECORDING_STATE_ENDED);
  (failed_ ? parts_.counters.failed : parts_.counters.ended).Add();
  Publish(
      [&](v1::Event& event) { *event.mutable_recording_ended()->mutable_recording() = Brief(); });
  owner_.OnOver(*this);
}

bool Recording::over() const {
  return state() == v1::RECORDING_STATE_ENDED || state() == v1::RECORDING_STATE_FAILED;
}

}  // namespace baton::control
