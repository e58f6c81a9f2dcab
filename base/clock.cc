#include "base/clock.h"

#include <time.h>

namespace baton {
namespace {

int64_t ReadNs(clockid_t id) {
  timespec t{};
  clock_gettime(id, &t);
  return int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

}  // namespace

TimePoint MonotonicNow() { return TimePoint(Duration(ReadNs(CLOCK_MONOTONIC))); }

int64_t RealtimeNowNs() { return ReadNs(CLOCK_REALTIME); }

int64_t ThreadCpuNs() { return ReadNs(CLOCK_THREAD_CPUTIME_ID); }

}  // namespace baton
