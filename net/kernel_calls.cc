#include "net/kernel_calls.h"

#include <algorithm>
#include <limits>

namespace baton::net {

int KernelCalls::WaitReady(int epoll, epoll_event* events, int count, const timespec* timeout) {
  if (has_pwait2_) {
    const int result = Result(epoll_pwait2(epoll, events, count, timeout, nullptr));
    if (result != -ENOSYS && result != -EPERM) return result;
    // Linux before 5.11, or a filter that does not know the call.
    has_pwait2_ = false;
  }
  if (timeout == nullptr) return Result(epoll_wait(epoll, events, count, -1));
  // Rounded up: too late by less than a millisecond is better than turning in circles.
  const int64_t ms = int64_t{timeout->tv_sec} * 1000 + (timeout->tv_nsec + 999'999) / 1'000'000;
  const int64_t capped = std::min<int64_t>(ms, std::numeric_limits<int>::max());
  return Result(epoll_wait(epoll, events, count, static_cast<int>(capped)));
}

}  // namespace baton::net
