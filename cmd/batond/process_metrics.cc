#include "cmd/batond/process_metrics.h"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <system_error>

namespace baton {
namespace {

double Seconds(const timespec& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// Fields 20 (threads) to 24 (pages resident) of proc(5)'s /proc/pid/stat. The second field, the
// program's name, may hold spaces and parentheses, so counting starts after its last one.
void ReadStat(ProcessMetrics& metrics) {
  std::ifstream file("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return;
  std::istringstream fields(text.substr(name_end + 1));
  constexpr int kFieldsBeforeThreads = 17;
  std::string skipped;
  for (int i = 0; i < kFieldsBeforeThreads; ++i) fields >> skipped;
  uint64_t timer = 0;
  uint64_t start_ticks = 0;
  uint64_t resident_pages = 0;
  fields >> metrics.threads >> timer >> start_ticks >> metrics.virtual_bytes >> resident_pages;
  metrics.resident_bytes = resident_pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));

  // The start is counted from boot.
  timespec real{};
  timespec boot{};
  clock_gettime(CLOCK_REALTIME, &real);
  clock_gettime(CLOCK_BOOTTIME, &boot);
  metrics.start_time_seconds =
      Seconds(real) - Seconds(boot) +
      static_cast<double>(start_ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

uint64_t CountOpenFds() {
  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error);
  if (error) return 0;
  // One of them is that of the directory itself.
  const auto count = std::distance(begin(files), end(files));
  return count > 0 ? static_cast<uint64_t>(count - 1) : 0;
}

}  // namespace

ProcessMetrics ReadProcessMetrics() {
  ProcessMetrics metrics;
  ReadStat(metrics);
  timespec cpu{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
  metrics.cpu_seconds = Seconds(cpu);
  metrics.open_fds = CountOpenFds();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) metrics.max_fds = limit.rlim_cur;
  return metrics;
}

}  // namespace baton
