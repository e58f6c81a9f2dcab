// A child process, started from a process with many threads and much memory: without a copy of its
// page tables (which fork() would make, and shards would pay for with page faults), and watched by
// a pidfd rather than by SIGCHLD.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace baton::control {

struct ChildLimit {
  decltype(RLIMIT_CORE) resource;
  rlim_t value = 0;  // soft and hard; one above the node's own hard limit is lowered to that
};

struct ChildOptions {
  std::string program;                   // a path; no search
  std::vector<std::string> arguments;    // [0] is the name that it sees
  std::vector<std::string> environment;  // "NAME=value"; nothing is inherited
  // fds[i] is the child's descriptor i; -1 is /dev/null. Nothing else is open in it.
  std::vector<int> fds;
  std::vector<ChildLimit> limits;
};

struct ChildExit {
  bool signalled = false;
  int value = 0;  // the exit status, or the signal

  bool ok() const { return !signalled && value == 0; }
  // "exit status 1", "signal 9 (Killed)"
  std::string ToString() const;
};

// In a process group of its own, with / as its directory, no signal blocked or ignored, and no
// higher priority than others have. Control thread.
class ChildProcess {
 public:
  using ExitHandler = std::function<void(ChildExit)>;

  // The error says why the program could not be run. `on_exit` is called once, from `io`, unless
  // the object is gone before; it may destroy the object.
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(boost::asio::io_context& io,
                                                             const ChildOptions& options,
                                                             ExitHandler on_exit);
  // Kills what still runs.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  // To the child and what it has started. Nothing happens if the child has ended.
  void Signal(int signal);

 private:
  ChildProcess(boost::asio::io_context& io, pid_t pid, int pidfd, ExitHandler on_exit);
  void Wait();
  void Reap();

  const pid_t pid_;
  bool running_ = true;
  ExitHandler on_exit_;
  boost::asio::posix::stream_descriptor pidfd_;
  // For handlers that are queued when this goes.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace baton::control
