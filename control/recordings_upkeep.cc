// What goes on beside requests: the clock, what lies on disk, hooks, the end of the node.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "control/recordings.h"

namespace baton::control {
namespace {

constexpr auto kTickInterval = std::chrono::milliseconds(200);
constexpr Duration kLongestSweepInterval = std::chrono::minutes(1);
constexpr Duration kShortestSweepInterval = std::chrono::seconds(1);

}  // namespace

void Recordings::ArmTick() {
  if (std::exchange(ticking_, true)) return;
  tick_.expires_after(kTickInterval);
  tick_.async_wait([this, alive = alive_](const boost::system::error_code& error) {
    if (!*alive || error) return;
    ticking_ = false;
    Tick();
  });
}

void Recordings::Tick() {
  for (auto& [name, live] : live_) live.recording->Tick();
  if (!live_.empty() || closing_) ArmTick();
  FinishIfClosed();
}

// ------------------------------------------------------------------------------------------- disk

SweepOptions Recordings::SweepOptionsNow() const {
  return {.delete_after_s =
              std::chrono::duration_cast<std::chrono::seconds>(options_.delete_after).count(),
          .min_free_bytes = options_.min_free_bytes,
          .delete_oldest = options_.delete_oldest};
}

Duration Recordings::SweepInterval() const {
  if (options_.delete_after == Duration::zero()) return kLongestSweepInterval;
  return std::clamp<Duration>(options_.delete_after / 4, kShortestSweepInterval,
                              kLongestSweepInterval);
}

void Recordings::BeginSweep() {
  disk_.Do([this, options = SweepOptionsNow(),
            now = parts_.clock.UnixUs() / 1'000'000] { return Sweep(*shelf_, options, now); },
           [this](const SweepReport& report) {
             OnSweep(report);
             ArmSweep();
           });
}

void Recordings::ArmSweep() {
  sweep_.expires_after(SweepInterval());
  sweep_.async_wait([this, alive = alive_](const boost::system::error_code& error) {
    if (*alive && !error && !closing_) BeginSweep();
  });
}

void Recordings::OnSweep(const SweepReport& report) {
  for (const SweepReport::Deleted& deleted : report.deleted) {
    counters_.deleted[static_cast<size_t>(deleted.reason)].Add();
    std::erase_if(ended_, [&](const v1::Recording& r) { return r.name() == deleted.recording; });
    Note(false, "recording deleted", deleted.recording, std::string(Name(deleted.reason)));
    v1::Event event;
    event.mutable_recording_deleted()->set_recording(deleted.recording);
    event.mutable_recording_deleted()->set_reason(std::string(Name(deleted.reason)));
    parts_.rooms.Publish(std::move(event));
  }
  for (const SweepReport::Kept& kept : report.undeletable) {
    counters_.failures[static_cast<size_t>(RecordingFailure::kDeleteFailed)].Add();
    Note(true, "recording cannot be deleted", kept.recording, kept.why);
  }
  for (const std::string& name : report.unfinished) RepairLeftOver(name);
}

// By another run of the node, or by a process that has died since.
void Recordings::RepairLeftOver(const std::string& name) {
  if (closing_ || live_.contains(name) || !left_alone_.insert(name).second) return;
  Note(false, "recording is being repaired", name, "");
  repairs_->Repair(
      name, false, {}, [this, name](const absl::Status& status, std::vector<ShelvedFile> files) {
        for (const ShelvedFile& finished : files) {
          v1::RecordedFile file;
          file.set_name(finished.name);
          file.set_finished(true);
          file.set_bytes(finished.bytes);
          TellFile(name, "", file);
        }
        if (status.ok()) return Note(false, "recording is repaired", name, "");
        counters_.failures[static_cast<size_t>(RecordingFailure::kRepairFailed)].Add();
        Note(true, "recording cannot be repaired", name, std::string(status.message()));
      });
}

// ------------------------------------------------------------------------------------------ hooks

void Recordings::TellFile(const std::string& recording, const std::string& room,
                          const v1::RecordedFile& file) {
  counters_.files.Add();
  v1::Event event;
  event.mutable_recording_file_finished()->set_recording(recording);
  *event.mutable_recording_file_finished()->mutable_file() = file;
  parts_.rooms.Publish(std::move(event));
  hooks_.Run({.recording = recording,
              .room = room,
              .file = file.name(),
              .path = absl::StrCat(options_.directory, "/", recording, "/", file.name())});
}

void Recordings::OnHookDone(const HookJob& job, const HookResult& result) {
  (result.ok ? counters_.hooks_succeeded : counters_.hooks_failed).Add();
  v1::Event event;
  v1::RecordingHookDone& done = *event.mutable_recording_hook_done();
  done.set_recording(job.recording);
  done.set_file(job.file);
  done.set_ok(result.ok);
  done.set_text(result.text);
  parts_.rooms.Publish(std::move(event));
  if (result.ok) return;
  const std::string text = absl::StrCat("record.hook for ", job.file, ": ", result.text);
  const auto live = live_.find(job.recording);
  if (live != live_.end()) {
    return live->second.recording->AddTrouble(RecordingFailure::kHookFailed, text);
  }
  counters_.failures[static_cast<size_t>(RecordingFailure::kHookFailed)].Add();
  Note(true, "hook has failed", job.recording, text);
  for (v1::Recording& ended : ended_) {
    if (ended.name() != job.recording) continue;
    RecordingStatus status(std::move(ended));
    status.AddTrouble(RecordingFailure::kHookFailed, text, parts_.clock.UnixUs());
    ended = status.recording();
  }
}

// ---------------------------------------------------------------------------------------- the end

void Recordings::Close(std::function<void()> done) {
  closing_ = true;
  on_closed_ = std::move(done);
  close_by_ = parts_.clock.Now() + options_.stop_timeout + 2 * options_.kill_after;
  sweep_.cancel();
  for (auto& [name, live] : live_) live.recording->Stop("node stopped");
  ArmTick();
}

void Recordings::FinishIfClosed() {
  if (!on_closed_) return;
  const bool late = parts_.clock.Now() >= close_by_;
  if (!late && (!live_.empty() || !hooks_.idle())) return;
  if (!live_.empty())
    Note(true, "recordings have not ended in time", "", absl::StrCat(live_.size()));
  if (!hooks_.idle())
    Note(true, "hooks are not run to their end", "", absl::StrCat(hooks_.waiting()));
  std::exchange(on_closed_, nullptr)();
}

void Recordings::Note(bool warning, std::string_view what, const std::string& recording,
                      std::string detail) {
  if (log_) {
    log_({.warning = warning, .what = what, .recording = recording, .detail = std::move(detail)});
  }
}

}  // namespace baton::control
