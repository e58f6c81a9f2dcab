// batond: the node. docs/configuration.md says how it is told what to do, and its exit codes.
#include <cstdio>
#include <string>
#include <vector>

#include "cmd/batond/daemon.h"
#include "cmd/batond/logging.h"
#include "cmd/batond/memory_report.h"
#include "cmd/batond/options.h"
#include "cmd/batond/signals.h"
#include "cmd/batond/standard_streams.h"
#include "cmd/batond/version.h"
#include "control/config.h"

namespace {

void PrintProblems(const std::vector<baton::control::ConfigProblem>& problems) {
  for (const auto& problem : problems) std::fprintf(stderr, "%s\n", problem.ToString().c_str());
}

void PrintConfig(const baton::config::Config& config) {
  const std::string yaml = baton::control::DumpConfig(config);
  const std::string memory = baton::MemoryReport(baton::Node::MemoryPlan(config));
  std::printf("%s%s", yaml.c_str(), memory.c_str());
}

int RunNode(const baton::config::Config& config) {
  baton::ConfigureLogging(config.log());
  const auto signal_fd = baton::CatchSignals();
  absl::Status status = signal_fd.status();
  if (status.ok()) status = baton::Daemon(config, *signal_fd).Run();
  if (status.ok()) return baton::kExitClean;
  baton::Log(baton::LogLevel::kError, "cannot run", {{"error", std::string(status.message())}});
  return baton::kExitFailure;
}

}  // namespace

int main(int argc, char** argv) {
  baton::OpenStandardStreams();
  const baton::ParsedOptions parsed =
      baton::ParseOptions(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
  if (!parsed.run) {
    std::fputs(parsed.text.c_str(), parsed.exit_code == baton::kExitClean ? stdout : stderr);
    return parsed.exit_code;
  }
  if (parsed.options.version) {
    std::fputs(baton::VersionText(baton::ThisBuild()).c_str(), stdout);
    return baton::kExitClean;
  }
  const baton::control::LoadedConfig loaded = baton::LoadConfig(parsed.options);
  if (!loaded.ok()) {
    PrintProblems(loaded.problems);
    return parsed.options.check_config ? baton::kExitFailure : baton::kExitUsage;
  }
  if (parsed.options.check_config) {
    PrintConfig(loaded.config);
    return baton::kExitClean;
  }
  return RunNode(loaded.config);
}
