#include "cmd/batond/signals.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

#include "absl/status/status.h"

namespace baton {
namespace {

std::atomic<int> caught{0};
std::atomic<int> event_fd{-1};
static_assert(std::atomic<int>::is_always_lock_free, "a handler may not lock");

void Handle(int signal) {
  int none = 0;
  if (!caught.compare_exchange_strong(none, signal)) _exit(128 + signal);
  const int saved = errno;
  const uint64_t one = 1;
  // An eventfd takes 8 bytes or nothing, and has room for the first.
  static_cast<void>(!write(event_fd.load(), &one, sizeof(one)));
  errno = saved;
}

}  // namespace

absl::StatusOr<int> CatchSignals() {
  const int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd == -1) return absl::ErrnoToStatus(errno, "cannot make an eventfd for signals");
  event_fd.store(fd);
  struct sigaction action {};
  action.sa_handler = Handle;
  action.sa_flags = SA_RESTART;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, nullptr);
  return fd;
}

int CaughtSignal() { return caught.load(); }

}  // namespace baton
