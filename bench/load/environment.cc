#include "bench/load/environment.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <string_view>

#include "bench/load/build_values.h"

namespace baton::bench {
namespace {

// What changes how many datagrams a machine moves, and how many it drops.
constexpr std::string_view kSysctls[] = {
    "kernel.io_uring_disabled", "net.core.busy_poll",     "net.core.busy_read",
    "net.core.default_qdisc",   "net.core.netdev_budget", "net.core.netdev_max_backlog",
    "net.core.optmem_max",      "net.core.rmem_default",  "net.core.rmem_max",
    "net.core.wmem_default",    "net.core.wmem_max",      "net.ipv4.ip_local_port_range",
    "net.ipv4.udp_mem",         "net.ipv4.udp_rmem_min",  "net.ipv4.udp_wmem_min",
};

std::string FirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  std::replace(line.begin(), line.end(), '\t', ' ');
  return line;
}

std::map<std::string, std::string> Sysctls() {
  std::map<std::string, std::string> values;
  for (const std::string_view name : kSysctls) {
    std::string path(name);
    std::replace(path.begin(), path.end(), '.', '/');
    std::string value = FirstLine("/proc/sys/" + path);
    if (!value.empty()) values[std::string(name)] = std::move(value);
  }
  return values;
}

std::string CpuModel() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return {};
}

std::string KernelRelease() {
  utsname name{};
  if (uname(&name) != 0) return {};
  return std::string(name.sysname) + " " + name.release + " " + name.machine;
}

std::string UtcNow() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[sizeof("2000-01-01T00:00:00Z")];
  const size_t size = std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return {text, size};
}

// As a shell takes it for one word.
std::string ShellQuoted(std::string_view word) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:=@_";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) {
    return std::string(word);
  }
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted += '\'';
}

}  // namespace

std::string BenchVersion() { return BATON_VERSION; }

std::string BenchCommit() { return BATON_BENCH_COMMIT; }

Environment CaptureEnvironment(int argc, const char* const* argv) {
  Environment environment{.started = UtcNow(),
                          .host_kernel = KernelRelease(),
                          .cpu_model = CpuModel(),
                          .commit = BenchCommit(),
                          .bench_version = BenchVersion(),
                          .sysctls = Sysctls()};
  environment.cpu_count = static_cast<unsigned>(std::max(0L, sysconf(_SC_NPROCESSORS_ONLN)));
  for (int i = 0; i < argc; ++i) {
    if (i > 0) environment.command_line += ' ';
    environment.command_line += ShellQuoted(argv[i]);
  }
  return environment;
}

}  // namespace baton::bench
