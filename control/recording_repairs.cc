#include "control/recording_repairs.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "absl/strings/str_cat.h"
#include "control/baton_record.h"
#include "net/unique_fd.h"

namespace baton::control {

RecordingRepairs::RecordingRepairs(boost::asio::io_context& io, DiskThread& disk,
                                   RecordingShelf& shelf, std::string program,
                                   const RecordingLog& log)
    : io_(io), disk_(disk), shelf_(shelf), program_(std::move(program)), log_(log), timer_(io) {}

void RecordingRepairs::Repair(const std::string& recording, bool urgent,
                              std::vector<std::string> expected, Done done) {
  Job job{.recording = recording, .files = std::move(expected), .done = std::move(done)};
  if (urgent) {
    queue_.insert(queue_.begin() + (busy_ ? 1 : 0), std::move(job));
  } else {
    queue_.push_back(std::move(job));
  }
  if (!busy_) Next();
}

void RecordingRepairs::Next() {
  busy_ = !queue_.empty();
  if (!busy_) return;
  disk_.Do(
      [&shelf = shelf_, name = queue_.front().recording] { return shelf.UnfinishedFiles(name); },
      [this, alive = alive_](const std::vector<std::string>& files) {
        if (*alive) Run(files);
      });
}

void RecordingRepairs::Run(const std::vector<std::string>& unfinished) {
  std::vector<std::string>& files = queue_.front().files;
  files.insert(files.end(), unfinished.begin(), unfinished.end());
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  const absl::Status started = Start();
  if (!started.ok()) Finish(started);
}

absl::Status RecordingRepairs::Start() {
  const std::string& name = queue_.front().recording;
  std::array<int, 2> fds;
  if (pipe2(fds.data(), O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "cannot make a pipe");
  const net::UniqueFd theirs(fds[1]);
  output_ = std::make_unique<ChildOutput>(io_, fds[0], [this, name](const std::string& line) {
    if (log_)
      log_({.warning = false, .what = "baton-record repair", .recording = name, .detail = line});
  });
  const ChildOptions options{
      .program = program_,
      .arguments = {"baton-record", "repair", absl::StrCat(shelf_.root().path(), "/", name)},
      .fds = {-1, theirs.get(), theirs.get()},
      .limits = RecordingLimits()};
  auto child = ChildProcess::Start(io_, options, [this](const ChildExit& exit) { OnExit(exit); });
  if (!child.ok()) return child.status();
  child_ = *std::move(child);
  timer_.expires_after(kTimeLimit);
  timer_.async_wait([this, alive = alive_](const boost::system::error_code& error) {
    if (*alive && !error && child_ != nullptr) child_->Signal(SIGKILL);
  });
  return absl::OkStatus();
}

void RecordingRepairs::OnExit(const ChildExit& exit) {
  timer_.cancel();
  output_->Drain();
  const std::string last_words = output_->last_line();
  child_.reset();
  output_.reset();
  if (exit.ok()) return Finish(absl::OkStatus());
  Finish(absl::InternalError(absl::StrCat("baton-record repair has ended with ", exit.ToString(),
                                          last_words.empty() ? "" : ": ", last_words,
                                          "; the files are as they were")));
}

void RecordingRepairs::Finish(const absl::Status& status) {
  disk_.Do([&shelf = shelf_, job = queue_.front().recording,
            files = queue_.front().files] { return shelf.FinishedFiles(job, files); },
           [this, alive = alive_, status](std::vector<ShelvedFile> files) {
             if (!*alive) return;
             const Done done = std::move(queue_.front().done);
             queue_.pop_front();
             Next();
             done(status, std::move(files));
           });
}

}  // namespace baton::control
