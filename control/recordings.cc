#include "control/recordings.h"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "control/dispatcher.h"
#include "control/errors.h"
#include "control/quote.h"
#include "control/recording_name.h"
#include "control/request_checker.h"

namespace baton::control {
namespace {

v1::Reply ReplyWith(v1::Recording recording) {
  v1::Reply reply;
  *reply.mutable_recording() = std::move(recording);
  return reply;
}

HookOptions HookOptionsOf(const RecordingOptions& options) {
  return {.command = options.hook, .at_once = options.hooks, .timeout = options.hook_timeout};
}

bool SameRequest(const RecordingRequest& a, const RecordingRequest& b) {
  return a.room == b.room && a.pattern == b.pattern;
}

absl::Status ContradictsError(const RecordingRequest& running) {
  return absl::AlreadyExistsError(
      absl::StrCat("room ", Quoted(running.room), " is being recorded under the name ",
                   Quoted(running.pattern, kMaxNamePatternSize),
                   " with other tracks or another layout: stop that first, or give another name"));
}

bool SameParameters(const RecordingRequest& a, const RecordingRequest& b) {
  return a.selection == b.selection && a.layout == b.layout;
}

}  // namespace

Recordings::Recordings(boost::asio::io_context& io, Rooms& rooms, Taps& taps,
                       SinkLauncher& launcher, const RecordingClock& clock,
                       RecordingOptions options, const RecordingLog& log)
    : io_(io),
      options_(std::move(options)),
      log_(log),
      taps_(taps),
      parts_{rooms, launcher, clock, options_, counters_},
      disk_(io),
      hooks_(
          io, HookOptionsOf(options_),
          [this](const HookJob& job, const HookResult& result) { OnHookDone(job, result); }, log),
      tick_(io),
      sweep_(io) {}

absl::Status Recordings::Open() {
  if (options_.directory.empty()) return absl::OkStatus();
  if (access(options_.program.c_str(), X_OK) != 0) {
    return absl::ErrnoToStatus(
        errno, absl::StrCat("record.program: ", options_.program, " cannot be run"));
  }
  absl::StatusOr<RecordingRoot> root = RecordingRoot::Open(options_.directory);
  if (!root.ok()) {
    return absl::Status(root.status().code(),
                        absl::StrCat("record.directory: ", root.status().message()));
  }
  shelf_.emplace(*std::move(root));
  repairs_.emplace(io_, disk_, *shelf_, options_.program, log_);
  BeginSweep();
  return absl::OkStatus();
}

// -----------------------------------------------------------------------------------------
// requests

void Recordings::Handle(const v1::Request& request, Responder respond) {
  switch (request.body_case()) {
    case v1::Request::kStartRecording:
      return Start(request.start_recording(), std::move(respond));
    case v1::Request::kStopRecording:
      return respond(Stop(request.stop_recording().recording()));
    case v1::Request::kListRecordings:
      return respond(List());
    default:
      return respond(Show(request.show_recording().recording()));
  }
}

void Recordings::Start(const v1::StartRecording& message, Responder respond) {
  absl::StatusOr<RecordingRequest> request = CheckRequest(message);
  if (!request.ok()) return respond(ErrorReply(request.status()));
  if (Join(*request, respond)) return;
  if (launching_.size() + live_.size() >= options_.max_recordings) {
    return respond(ErrorReply(absl::ResourceExhaustedError(
        absl::StrCat("this node has as many recordings as it may (", options_.max_recordings,
                     "): stop one, use another node, or raise record.max_recordings"))));
  }
  Begin(*std::move(request), std::move(respond));
}

absl::StatusOr<RecordingRequest> Recordings::CheckRequest(const v1::StartRecording& message) const {
  if (absl::Status name = CheckName("room", message.room()); !name.ok()) return name;
  absl::StatusOr<TrackSelection> selection = TrackSelection::FromMessage(message.tracks());
  if (!selection.ok()) return selection.status();
  RecordingRequest request{.room = relay::Name(message.room()),
                           .pattern = message.name().empty() ? options_.name : message.name(),
                           .selection = *std::move(selection)};
  if (absl::Status pattern = CheckNamePattern(request.pattern); !pattern.ok()) return pattern;
  if (!v1::RecordingLayout_IsValid(message.layout())) {
    return absl::InvalidArgumentError(
        absl::StrCat("layout ", static_cast<int>(message.layout()),
                     " is not known: use PARTICIPANT (1), TRACK (2) or RAW (3)"));
  }
  if (message.layout() != v1::RECORDING_LAYOUT_UNSPECIFIED) request.layout = message.layout();
  if (!shelf_) {
    return absl::FailedPreconditionError(
        "this node does not record: set record.directory in its configuration, or use another "
        "node");
  }
  if (closing_) return absl::UnavailableError("the node is shutting down: use another node");
  if (parts_.rooms.mirror().FindRoom(message.room()) == nullptr) {
    return NoSuchRoomError(message.room());
  }
  return request;
}

bool Recordings::Join(const RecordingRequest& request, Responder& respond) {
  for (Launching& launching : launching_) {
    if (!SameRequest(launching.request, request)) continue;
    if (SameParameters(launching.request, request)) {
      launching.waiting.push_back(std::move(respond));
    } else {
      respond(ErrorReply(ContradictsError(launching.request)));
    }
    return true;
  }
  for (auto& [name, live] : live_) {
    const v1::RecordingState state = live.recording->state();
    const bool ends = live.recording->over() || state == v1::RECORDING_STATE_STOPPING;
    if (ends || !SameRequest(live.recording->request(), request)) continue;
    if (!SameParameters(live.recording->request(), request)) {
      respond(ErrorReply(ContradictsError(request)));
    } else if (state == v1::RECORDING_STATE_STARTING) {
      live.waiting.push_back(std::move(respond));
    } else {
      respond(ReplyWith(live.recording->Describe()));
    }
    return true;
  }
  return false;
}

void Recordings::Begin(RecordingRequest request, Responder respond) {
  uint32_t id = 0;
  if (getentropy(&id, sizeof id) != 0) id = static_cast<uint32_t>(++last_endpoint_);
  const absl::StatusOr<std::string> name = ExpandNamePattern(
      request.pattern,
      {.room = request.room, .started_unix_s = parts_.clock.UnixUs() / 1'000'000, .id = id});
  if (!name.ok()) return respond(ErrorReply(name.status()));
  launching_.push_back({std::move(request), {}});
  const auto launching = std::prev(launching_.end());
  launching->waiting.push_back(std::move(respond));
  struct Made {
    absl::StatusOr<RecordingDirectory> directory;
    SweepReport report;
  };
  disk_.Do(
      [this, name = *name, options = SweepOptionsNow()] {
        SweepReport report;
        auto directory = MakeDirectory(*shelf_, name, options, &report);
        return Made{std::move(directory), std::move(report)};
      },
      [this, launching](Made made) {
        OnSweep(made.report);
        OnDirectory(launching, std::move(made.directory));
      });
}

void Recordings::OnDirectory(std::list<Launching>::iterator launching,
                             absl::StatusOr<RecordingDirectory> directory) {
  const Launching asked = std::move(*launching);
  launching_.erase(launching);
  absl::Status status = directory.status();
  std::string name;
  if (status.ok()) {
    name = directory->name;
    auto recording = MakeRecording(asked.request, *std::move(directory));
    status = recording.status();
    if (recording.ok()) {
      Live& live = live_[name];
      live.recording = *std::move(recording);
      live.waiting = asked.waiting;
      Note(false, "recording begins", name, std::string(asked.request.room));
      ArmTick();
      return live.recording->Start();
    }
    disk_.Do([this, name] { return shelf_->RemoveIfEmpty(name), true; }, [](bool) {});
  }
  counters_.failed.Add();
  const bool full = absl::IsResourceExhausted(status) && name.empty();
  const auto failure = full ? RecordingFailure::kLowSpace : RecordingFailure::kStartFailed;
  counters_.failures[static_cast<size_t>(failure)].Add();
  Note(true, "recording refused", std::string(asked.request.room), std::string(status.message()));
  for (const Responder& respond : asked.waiting) respond(ErrorReply(status));
}

absl::StatusOr<std::unique_ptr<Recording>> Recordings::MakeRecording(
    const RecordingRequest& request, RecordingDirectory directory) {
  if (closing_) return absl::UnavailableError("the node is shutting down: use another node");
  if (parts_.rooms.mirror().FindRoom(request.room) == nullptr) return NoSuchRoomError(request.room);
  absl::StatusOr<RecordingTap> tap = RecordingTap::Open(taps_, options_.queue_bytes);
  if (!tap.ok()) return tap.status();
  const relay::Name endpoint(absl::StrCat("~recording-", ++last_endpoint_));
  return std::make_unique<Recording>(request, std::move(directory), *std::move(tap), endpoint,
                                     parts_, static_cast<RecordingOwner&>(*this));
}

v1::Reply Recordings::Stop(const std::string& name) {
  const auto found = live_.find(name);
  if (found != live_.end()) {
    Recording& recording = *found->second.recording;
    recording.Stop("stopped");
    return ReplyWith(recording.Describe());
  }
  return Show(name);
}

v1::Reply Recordings::List() const {
  std::vector<v1::Recording> all(ended_.begin(), ended_.end());
  for (v1::Recording& ended : all) {
    ended.clear_files();
    ended.clear_troubles();
  }
  for (const auto& [name, live] : live_) all.push_back(live.recording->Brief());
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return a.started_unix_us() < b.started_unix_us();
  });
  v1::Reply reply;
  reply.mutable_recordings();
  for (v1::Recording& recording : all) {
    *reply.mutable_recordings()->add_recordings() = std::move(recording);
  }
  return reply;
}

v1::Reply Recordings::Show(const std::string& name) const {
  const auto found = live_.find(name);
  if (found != live_.end()) return ReplyWith(found->second.recording->Describe());
  const v1::Recording* ended = FindEnded(name);
  return ended == nullptr ? NoSuchRecording(name) : ReplyWith(*ended);
}

const v1::Recording* Recordings::FindEnded(const std::string& name) const {
  // A directory's name is used again when the recording was deleted: the last one counts.
  const auto found = std::find_if(ended_.rbegin(), ended_.rend(),
                                  [&](const v1::Recording& ended) { return ended.name() == name; });
  return found == ended_.rend() ? nullptr : &*found;
}

v1::Reply Recordings::NoSuchRecording(const std::string& name) const {
  return ErrorReply(absl::NotFoundError(
      absl::StrCat("there is no recording ", Quoted(name, kMaxRecordingNameSize),
                   " (batonctl record ls lists those that run, and the last ones that ended)")));
}

void Recordings::OnEvent(const relay::Event& event) {
  for (auto& [name, live] : live_) live.recording->OnEvent(event);
}

void Recordings::Describe(std::string_view room, v1::State* state) const {
  for (const auto& [name, live] : live_) {
    const bool wanted = room.empty() || live.recording->request().room == room;
    if (wanted && !live.recording->over()) *state->add_recordings() = live.recording->Brief();
  }
}

// ---------------------------------------------------------------------------- what recordings tell

void Recordings::OnStartAnswered(Recording& recording, const absl::Status& status) {
  const auto found = live_.find(recording.name());
  if (found == live_.end()) return;
  for (const Responder& respond : std::exchange(found->second.waiting, {})) {
    respond(status.ok() ? ReplyWith(recording.Describe()) : ErrorReply(status));
  }
}

void Recordings::OnFileFinished(Recording& recording, const v1::RecordedFile& file) {
  TellFile(recording.name(), std::string(recording.request().room), file);
}

void Recordings::OnTrouble(Recording& recording, const v1::RecordingTroubleNote& trouble) {
  Note(true, "recording in trouble", recording.name(),
       absl::StrCat(trouble.code(), ": ", trouble.text()));
}

void Recordings::Repair(Recording& recording) {
  // At the next start it is done like everything that was left.
  if (closing_) return recording.OnRepaired(absl::OkStatus(), {});
  const std::string name = recording.name();
  left_alone_.insert(name);
  repairs_->Repair(name, true, recording.UnfinishedFiles(),
                   [this, name](const absl::Status& status, std::vector<ShelvedFile> files) {
                     const auto found = live_.find(name);
                     if (found == live_.end()) return;
                     std::vector<RepairedFile> repaired;
                     for (ShelvedFile& file : files) repaired.push_back({file.name, file.bytes});
                     found->second.recording->OnRepaired(status, repaired);
                   });
}

// The recording is on the stack: it is destroyed from the loop.
void Recordings::OnOver(Recording& recording) {
  const v1::Recording last = recording.Describe();
  const bool failed = last.state() == v1::RECORDING_STATE_FAILED;
  Note(failed, failed ? "recording has failed" : "recording has ended", last.name(),
       last.end_reason());
  boost::asio::post(io_, [this, alive = alive_, name = last.name()] {
    if (!*alive) return;
    const auto found = live_.find(name);
    if (found == live_.end()) return;
    v1::Recording ended = found->second.recording->Describe();
    const bool nothing = ended.files().empty();
    ended_.push_back(std::move(ended));
    if (ended_.size() > kMaxEnded) ended_.pop_front();
    live_.erase(found);
    // Of one that never began there may be an empty directory.
    if (nothing) disk_.Do([this, name] { return shelf_->RemoveIfEmpty(name), true; }, [](bool) {});
    FinishIfClosed();
  });
}

}  // namespace baton::control
