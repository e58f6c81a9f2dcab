// What a process uses of the CPU.
#pragma once

#include <sys/types.h>
#include <time.h>

#include <cstdint>

namespace baton::bench {

struct CpuTime {
  int64_t total_ns = 0;  // exact: the process's CPU clock, all threads
  // In ticks of the kernel's accounting (10 ms as a rule): good for shares of seconds.
  int64_t user_ticks = 0;
  int64_t system_ticks = 0;

  friend CpuTime operator-(const CpuTime& a, const CpuTime& b) {
    return {a.total_ns - b.total_ns, a.user_ticks - b.user_ticks, a.system_ticks - b.system_ticks};
  }
  // 0..1; 0 if there is less than a tick.
  double user_share() const {
    const int64_t all = user_ticks + system_ticks;
    return all == 0 ? 0 : static_cast<double>(user_ticks) / static_cast<double>(all);
  }
};

class CpuMeter {
 public:
  // Of a process that is there.
  explicit CpuMeter(pid_t pid);
  // Since the process began.
  CpuTime Read() const;

 private:
  pid_t pid_;
  clockid_t clock_{};
};

}  // namespace baton::bench
