#include "control/recording_hooks.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "net/unique_fd.h"

namespace baton::control {
namespace {

std::vector<std::string> EnvironmentOf(const HookJob& job) {
  std::vector<std::string> environment;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    if (std::string_view(*variable).substr(0, 6) != "BATON_") environment.emplace_back(*variable);
  }
  environment.push_back(absl::StrCat("BATON_FILE=", job.path));
  environment.push_back(absl::StrCat("BATON_RECORDING=", job.recording));
  environment.push_back(absl::StrCat("BATON_ROOM=", job.room));
  return environment;
}

}  // namespace

struct RecordingHooks::Running {
  Running(boost::asio::io_context& io, HookJob of) : job(std::move(of)), timer(io) {}

  HookJob job;
  bool timed_out = false;
  boost::asio::steady_timer timer;
  std::unique_ptr<ChildOutput> output;
  std::unique_ptr<ChildProcess> child;
};

RecordingHooks::RecordingHooks(boost::asio::io_context& io, HookOptions options, Done done,
                               const RecordingLog& log)
    : io_(io), options_(std::move(options)), done_(std::move(done)), log_(log) {}

RecordingHooks::~RecordingHooks() { *alive_ = false; }

void RecordingHooks::Run(HookJob job) {
  if (options_.command.empty()) return;
  if (queue_.size() >= options_.queue) {
    return done_(job, {.text = absl::StrCat(queue_.size(), " hooks wait already")});
  }
  queue_.push_back(std::move(job));
  Next();
}

void RecordingHooks::Next() {
  while (!queue_.empty() && running_.size() < options_.at_once) {
    const uint64_t id = ++last_id_;
    auto running = std::make_unique<Running>(io_, std::move(queue_.front()));
    queue_.pop_front();
    const absl::Status started = Start(id, *running);
    if (started.ok()) {
      running_.emplace(id, std::move(running));
    } else {
      done_(running->job, {.text = std::string(started.message())});
    }
  }
}

absl::Status RecordingHooks::Start(uint64_t id, Running& running) {
  std::array<int, 2> fds;
  if (pipe2(fds.data(), O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "cannot make a pipe");
  const net::UniqueFd theirs(fds[1]);
  running.output = std::make_unique<ChildOutput>(
      io_, fds[0], [this, name = running.job.recording](const std::string& line) {
        if (log_)
          log_({.warning = false, .what = "record.hook", .recording = name, .detail = line});
      });
  ChildOptions options{.program = options_.command.front(),
                       .arguments = options_.command,
                       .environment = EnvironmentOf(running.job),
                       .fds = {-1, theirs.get(), theirs.get()}};
  options.arguments.push_back(running.job.path);
  auto child =
      ChildProcess::Start(io_, options, [this, id](const ChildExit& exit) { OnExit(id, exit); });
  if (!child.ok()) return child.status();
  running.child = *std::move(child);
  running.timer.expires_after(options_.timeout);
  running.timer.async_wait([this, alive = alive_, id](const boost::system::error_code& error) {
    if (*alive && !error) OnTimeout(id);
  });
  return absl::OkStatus();
}

void RecordingHooks::OnTimeout(uint64_t id) {
  const auto found = running_.find(id);
  if (found == running_.end()) return;
  found->second->timed_out = true;
  found->second->child->Signal(SIGKILL);
}

void RecordingHooks::OnExit(uint64_t id, const ChildExit& exit) {
  const auto node = running_.extract(id);
  Running& running = *node.mapped();
  running.output->Drain();
  HookResult result{.ok = exit.ok() && !running.timed_out};
  if (running.timed_out) {
    result.text = "took longer than record.hook_timeout, and was killed";
  } else if (!result.ok) {
    const std::string& words = running.output->last_line();
    result.text = absl::StrCat(exit.ToString(), words.empty() ? "" : ": ", words);
  }
  done_(running.job, result);
  Next();
}

}  // namespace baton::control
