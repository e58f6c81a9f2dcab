#include "control/child_process.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "net/unique_fd.h"

namespace baton::control {
namespace {

// The child's descriptors are put in order among numbers below this; their sources are above it.
constexpr int kFirstSource = 16;
// The child runs a few calls on it before it is another program.
constexpr size_t kStackSize = 64 * 1024;

// All that the child needs, made before it is there: between clone() and execve() it shares the
// memory of a process whose other threads go on, so it may neither allocate nor lock.
struct Launch {
  const char* program = nullptr;
  std::vector<char*> arguments;
  std::vector<char*> environment;
  std::vector<int> sources;
  std::vector<ChildLimit> limits;
  int error = 0;  // written by the child: why it failed
};

// Runs in the child. System calls straight, because the wrappers of libraries and sanitizers keep
// books, which are the parent's.
__attribute__((no_sanitize("address", "thread", "undefined"))) int RunChild(void* argument) {
  Launch& launch = *static_cast<Launch*>(argument);
  // Handlers of the parent are not the child's; what was ignored would stay so. As the kernel has
  // it, a sigaction of zeros is SIG_DFL, and a set of signals is 8 bytes.
  const uint64_t zeros[8] = {};
  for (int signal = 1; signal < NSIG; ++signal) {
    syscall(SYS_rt_sigaction, signal, zeros, nullptr, sizeof zeros[0]);
  }
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, zeros, nullptr, sizeof zeros[0]);
  syscall(SYS_setpgid, 0, 0);
  // What the node is given to be quick is not for its children. (The call tells 20 - nice.)
  if (syscall(SYS_getpriority, PRIO_PROCESS, 0) > 20) {
    syscall(SYS_setpriority, PRIO_PROCESS, 0, 0);
  }
  bool fine = syscall(SYS_chdir, "/") == 0;
  const long count = static_cast<long>(launch.sources.size());
  for (long i = 0; fine && i < count; ++i) {
    fine = syscall(SYS_dup3, launch.sources.data()[i], i, 0) == i;
  }
  fine = fine && syscall(SYS_close_range, count, ~0U, 0) == 0;
  for (size_t i = 0; fine && i < launch.limits.size(); ++i) {
    const ChildLimit& limit = launch.limits.data()[i];
    struct rlimit now {};
    syscall(SYS_prlimit64, 0, limit.resource, nullptr, &now);
    const rlim_t value = limit.value < now.rlim_max ? limit.value : now.rlim_max;
    now = {value, value};
    fine = syscall(SYS_prlimit64, 0, limit.resource, &now, nullptr) == 0;
  }
  if (fine) {
    syscall(SYS_execve, launch.program, launch.arguments.data(), launch.environment.data());
  }
  launch.error = errno;
  syscall(SYS_exit_group, 127);
  return 0;
}

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// Copies of the descriptors that no step of their ordering can overwrite.
absl::StatusOr<std::vector<net::UniqueFd>> Sources(const std::vector<int>& fds) {
  std::vector<net::UniqueFd> sources;
  net::UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null) return absl::ErrnoToStatus(errno, "cannot open /dev/null");
  for (const int fd : fds) {
    net::UniqueFd copy(fcntl(fd < 0 ? null.get() : fd, F_DUPFD_CLOEXEC, kFirstSource));
    if (!copy) return absl::ErrnoToStatus(errno, "cannot copy a descriptor for a child");
    sources.push_back(std::move(copy));
  }
  return sources;
}

// The child's pid, or -1 with errno. Returns when the child runs its program, or has failed to.
pid_t Clone(Launch& launch, int* pidfd) {
  std::vector<char> stack(kStackSize);
  // A handler that ran in the child would run on our memory.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  char* top = stack.data() + stack.size();
  top -= reinterpret_cast<uintptr_t>(top) % 16;
  const pid_t pid =
      clone(RunChild, top, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &launch, pidfd);
  const int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return pid;
}

}  // namespace

std::string ChildExit::ToString() const {
  if (!signalled) return absl::StrCat("exit status ", value);
  const char* name = sigdescr_np(value);
  return absl::StrCat("signal ", value, " (", name == nullptr ? "unknown" : name, ")");
}

absl::StatusOr<std::unique_ptr<ChildProcess>> ChildProcess::Start(boost::asio::io_context& io,
                                                                  const ChildOptions& options,
                                                                  ExitHandler on_exit) {
  absl::StatusOr<std::vector<net::UniqueFd>> sources = Sources(options.fds);
  if (!sources.ok()) return sources.status();
  Launch launch{.program = options.program.c_str(),
                .arguments = Pointers(options.arguments),
                .environment = Pointers(options.environment),
                .limits = options.limits};
  for (const net::UniqueFd& source : *sources) launch.sources.push_back(source.get());
  int pidfd = -1;
  const pid_t pid = Clone(launch, &pidfd);
  if (pid < 0) return absl::ErrnoToStatus(errno, "cannot make a process");
  if (launch.error != 0) {
    close(pidfd);
    waitpid(pid, nullptr, 0);  // it has ended
    return absl::ErrnoToStatus(launch.error, absl::StrCat("cannot run ", options.program));
  }
  return std::unique_ptr<ChildProcess>(new ChildProcess(io, pid, pidfd, std::move(on_exit)));
}

ChildProcess::ChildProcess(boost::asio::io_context& io, pid_t pid, int pidfd, ExitHandler on_exit)
    : pid_(pid), on_exit_(std::move(on_exit)), pidfd_(io, pidfd) {
  Wait();
}

ChildProcess::~ChildProcess() {
  *alive_ = false;
  if (!running_) return;
  Signal(SIGKILL);
  // One that the kernel cannot end at once is reaped by whoever inherits it.
  waitpid(pid_, nullptr, WNOHANG);
}

void ChildProcess::Signal(int signal) {
  // The pid is ours until it is reaped, which is only done here.
  if (running_) kill(-pid_, signal);
}

void ChildProcess::Wait() {
  pidfd_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                    [this, alive = alive_](const boost::system::error_code& error) {
                      if (*alive && !error) Reap();
                    });
}

void ChildProcess::Reap() {
  siginfo_t info{};
  const auto id = static_cast<id_t>(pid_);
  if (waitid(P_PID, id, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return Wait();
  // What it has left behind in its group, which is ours until it is reaped.
  kill(-pid_, SIGKILL);
  waitid(P_PID, id, &info, WEXITED | WNOHANG);
  running_ = false;
  const ChildExit exit{.signalled = info.si_code != CLD_EXITED, .value = info.si_status};
  const ExitHandler on_exit = std::move(on_exit_);
  on_exit(exit);
}

}  // namespace baton::control
