// Finishes what crashes have left, by `baton-record repair DIR`: one recording at a time, in the
// background. Control thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "control/child_output.h"
#include "control/child_process.h"
#include "control/disk_thread.h"
#include "control/recording_log.h"
#include "control/recording_shelf.h"

namespace baton::control {

class RecordingRepairs {
 public:
  // With the files that were unfinished and are finished now.
  using Done = std::function<void(const absl::Status& status, std::vector<ShelvedFile> files)>;

  // All outlive this.
  RecordingRepairs(boost::asio::io_context& io, DiskThread& disk, RecordingShelf& shelf,
                   std::string program, const RecordingLog& log);
  ~RecordingRepairs() { *alive_ = false; }

  // `urgent`: before those that wait. `expected`: files that are not known to be finished, beside
  // those that their names say it of. Nobody holds the recording's directory (its lock).
  void Repair(const std::string& recording, bool urgent, std::vector<std::string> expected,
              Done done);

 private:
  struct Job {
    std::string recording;
    std::vector<std::string> files;  // that may be finished by it
    Done done;
  };

  // A repair may copy a long recording, and is no use if it never ends.
  static constexpr std::chrono::hours kTimeLimit{1};

  void Next();
  void Run(const std::vector<std::string>& unfinished);
  absl::Status Start();
  void OnExit(const ChildExit& exit);
  void Finish(const absl::Status& status);

  boost::asio::io_context& io_;
  DiskThread& disk_;
  RecordingShelf& shelf_;
  const std::string program_;
  const RecordingLog& log_;
  std::deque<Job> queue_;  // the first one is being done if `busy_`
  bool busy_ = false;
  std::unique_ptr<ChildOutput> output_;
  std::unique_ptr<ChildProcess> child_;
  boost::asio::steady_timer timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace baton::control
