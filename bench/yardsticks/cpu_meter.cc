#include "bench/yardsticks/cpu_meter.h"

#include <fstream>
#include <sstream>
#include <string>

#include "bench/yardsticks/die.h"

namespace baton::bench {

CpuMeter::CpuMeter(pid_t pid) : pid_(pid) {
  if (clock_getcpuclockid(pid, &clock_) != 0) {
    Die("process " + std::to_string(pid) + " has no CPU clock");
  }
}

CpuTime CpuMeter::Read() const {
  CpuTime result;
  timespec total{};
  if (clock_gettime(clock_, &total) != 0) {
    Die("process " + std::to_string(pid_) + " has ended early");
  }
  result.total_ns = total.tv_sec * 1'000'000'000 + total.tv_nsec;

  // proc(5): the name, in parentheses, may hold anything; utime and stime are fields 14 and 15, and
  // the one after the name is the third.
  std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
  std::string line;
  std::getline(file, line);
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  fields >> result.user_ticks >> result.system_ticks;
  return result;
}

}  // namespace baton::bench
