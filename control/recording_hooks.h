// Runs the operator's command (record.hook) for each file that is finished: so many at once, each
// for so long; the others wait in a queue. Control thread.
//
// The command gets the file's path as its last argument, and in its environment, beside the node's:
// BATON_FILE (the same), BATON_RECORDING and BATON_ROOM.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/time_point.h"
#include "control/child_output.h"
#include "control/child_process.h"
#include "control/recording_log.h"

namespace baton::control {

struct HookJob {
  std::string recording;
  std::string room;  // empty if it is not known any more
  std::string file;  // in the recording's directory
  std::string path;
};

struct HookResult {
  bool ok = false;
  std::string text;  // why not: "exit status 1: cannot connect"; empty if ok
};

struct HookOptions {
  std::vector<std::string> command;  // a path and arguments; empty: nothing is run
  size_t at_once = 2;
  Duration timeout = std::chrono::minutes(5);
  // Files that wait; for one more the hook counts as failed.
  size_t queue = 4096;
};

class RecordingHooks {
 public:
  using Done = std::function<void(const HookJob& job, const HookResult& result)>;

  // `io` and `log` outlive this. `done` is called for each job, until this is destroyed.
  RecordingHooks(boost::asio::io_context& io, HookOptions options, Done done,
                 const RecordingLog& log);
  // Kills what runs.
  ~RecordingHooks();

  void Run(HookJob job);
  bool idle() const { return queue_.empty() && running_.empty(); }
  size_t waiting() const { return queue_.size() + running_.size(); }

 private:
  struct Running;

  void Next();
  absl::Status Start(uint64_t id, Running& running);
  void OnExit(uint64_t id, const ChildExit& exit);
  void OnTimeout(uint64_t id);

  boost::asio::io_context& io_;
  const HookOptions options_;
  const Done done_;
  const RecordingLog& log_;
  std::deque<HookJob> queue_;
  uint64_t last_id_ = 0;
  std::map<uint64_t, std::unique_ptr<Running>> running_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace baton::control
