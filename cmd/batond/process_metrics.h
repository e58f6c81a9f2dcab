// What the kernel says about this process.
#pragma once

#include <cstdint>

namespace baton {

// A number that could not be read is 0.
struct ProcessMetrics {
  double cpu_seconds = 0;         // user and system, all threads
  double start_time_seconds = 0;  // since 1970
  uint64_t resident_bytes = 0;
  uint64_t virtual_bytes = 0;
  uint64_t open_fds = 0;
  uint64_t max_fds = 0;
  uint64_t threads = 0;
};

ProcessMetrics ReadProcessMetrics();

}  // namespace baton
