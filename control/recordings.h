// All recordings of a node: answers the requests about them, keeps them within their limits, and
// looks after what lies on disk. Control thread, beside a thread for the disk.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "control/disk_thread.h"
#include "control/recording.h"
#include "control/recording_counters.h"
#include "control/recording_hooks.h"
#include "control/recording_log.h"
#include "control/recording_options.h"
#include "control/recording_repairs.h"
#include "control/recording_service.h"
#include "control/recording_shelf.h"
#include "control/recording_sweep.h"
#include "control/rooms.h"
#include "control/sink_process.h"
#include "control/taps.h"

namespace baton::control {

class Recordings final : public RecordingService, private RecordingOwner {
 public:
  // Those that have ended and are still shown.
  static constexpr size_t kMaxEnded = 64;

  // All outlive this. `launcher` starts the processes of recordings.
  Recordings(boost::asio::io_context& io, Rooms& rooms, Taps& taps, SinkLauncher& launcher,
             const RecordingClock& clock, RecordingOptions options, const RecordingLog& log);
  ~Recordings() override { *alive_ = false; }

  // Once: opens the directory, and begins to look after what is there. An error names the setting
  // that is wrong.
  absl::Status Open();

  // Ends all recordings and begins no more; `done` is called when they have ended, or have had
  // their time. Hooks have as long. Once.
  void Close(std::function<void()> done);

  // RecordingService:
  void Handle(const v1::Request& request, Responder respond) override;
  void OnEvent(const relay::Event& event) override;
  void Describe(std::string_view room, v1::State* state) const override;

  // Lets all recordings look at their queues and deadlines. A timer does it five times a second
  // while there are any; tests, which have their own clock, whenever they like.
  void Tick();

  const RecordingCounters& counters() const { return counters_; }

 private:
  // A recording that is asked for; its answers wait until it runs.
  struct Launching {
    RecordingRequest request;
    std::vector<Responder> waiting;
  };
  struct Live {
    std::unique_ptr<Recording> recording;
    std::vector<Responder> waiting;  // for its start
  };

  void Start(const v1::StartRecording& request, Responder respond);
  absl::StatusOr<RecordingRequest> CheckRequest(const v1::StartRecording& request) const;
  // True if the request is one that is being answered already.
  bool Join(const RecordingRequest& request, Responder& respond);
  void Begin(RecordingRequest request, Responder respond);
  void OnDirectory(std::list<Launching>::iterator launching,
                   absl::StatusOr<RecordingDirectory> directory);
  absl::StatusOr<std::unique_ptr<Recording>> MakeRecording(const RecordingRequest& request,
                                                           RecordingDirectory directory);
  v1::Reply Stop(const std::string& name);
  v1::Reply List() const;
  v1::Reply Show(const std::string& name) const;
  v1::Reply NoSuchRecording(const std::string& name) const;
  const v1::Recording* FindEnded(const std::string& name) const;

  // RecordingOwner:
  void OnStartAnswered(Recording& recording, const absl::Status& status) override;
  void OnFileFinished(Recording& recording, const v1::RecordedFile& file) override;
  void OnTrouble(Recording& recording, const v1::RecordingTroubleNote& trouble) override;
  void Repair(Recording& recording) override;
  void OnOver(Recording& recording) override;

  void ArmTick();
  void FinishIfClosed();
  void BeginSweep();
  void ArmSweep();
  void OnSweep(const SweepReport& report);
  void RepairLeftOver(const std::string& name);
  void TellFile(const std::string& recording, const std::string& room,
                const v1::RecordedFile& file);
  void OnHookDone(const HookJob& job, const HookResult& result);
  SweepOptions SweepOptionsNow() const;
  Duration SweepInterval() const;
  void Note(bool warning, std::string_view what, const std::string& recording, std::string detail);

  boost::asio::io_context& io_;
  const RecordingOptions options_;
  const RecordingLog& log_;
  Taps& taps_;
  RecordingCounters counters_;
  RecordingParts parts_;

  // What the disk thread works with, and then the thread: it is joined before that goes.
  std::optional<RecordingShelf> shelf_;
  DiskThread disk_;
  std::optional<RecordingRepairs> repairs_;
  RecordingHooks hooks_;

  std::list<Launching> launching_;  // whose directories are being made
  std::map<std::string, Live> live_;
  std::deque<v1::Recording> ended_;  // the oldest first
  uint64_t last_endpoint_ = 0;
  std::set<std::string> left_alone_;  // left over from before, and given up on or being repaired

  boost::asio::steady_timer tick_;
  bool ticking_ = false;
  boost::asio::steady_timer sweep_;
  bool closing_ = false;
  TimePoint close_by_ = kNever;
  std::function<void()> on_closed_;
  // For what is posted and may run after this is gone.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace baton::control
