#include "tests/sim/program/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <map>
#include <thread>

namespace baton::sim {
namespace {

constexpr const char* kDescription =
    "Runs whole deployments in virtual time, each drawn from a seed, and checks that no invariant "
    "breaks (tests/sim/README.md).";

constexpr const char* kFooter =
    "What --trace tells of:\n"
    "  all                        everything\n"
    "  r0/e1~e2/t3                a leg: room, subscriber ~ publisher, track\n"
    "  r0/e1~e2/t3:4711           a packet, by its sequence number on a leg\n"
    "  r0/e2/t3.0:17              a packet, by its stream (track . encoding) and its place in it\n"
    "\n"
    "Exit status: 0 if all seeds are well, 1 if an invariant broke, 2 for a mistake on the command "
    "line.";

const std::map<std::string, net::IoBackend> kBackends = {{"uring", net::IoBackend::kUring},
                                                         {"epoll", net::IoBackend::kEpoll}};

}  // namespace

std::optional<Options> ParseOptions(int argc, char** argv, int& exit_code) {
  Options options;
  options.jobs = std::max(1u, std::thread::hardware_concurrency());
  int64_t seconds =
      std::chrono::duration_cast<std::chrono::seconds>(options.scenario.length).count();
  std::string backend;
  bool no_kernel_faults = false;

  CLI::App app(kDescription, "tools/sim");
  app.footer(kFooter);
  CLI::Option* const one = app.add_option("--seed", options.from, "Run this seed alone");
  app.add_option("--seeds", options.seeds, "Run so many seeds")->excludes(one);
  app.add_option("--from", options.from, "The first of them")->excludes(one)->capture_default_str();
  app.add_option("--jobs", options.jobs, "So many at once")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app.add_flag("--stop", options.stop_at_first, "Stop at the first seed that breaks something");
  app.add_flag("--hashes", options.hashes, "Print the hash of each run's trace");
  app.add_option("--seconds", seconds, "Simulated time of a run")
      ->check(CLI::Range(10, 1'000'000))
      ->capture_default_str();
  app.add_option("--backend", backend, "uring or epoll for all nodes, instead of what a seed says")
      ->check(CLI::IsMember({"uring", "epoll"}));
  app.add_flag("--no-kernel-faults", no_kernel_faults,
               "Kernels that refuse nothing and are never late");
  app.add_option("--trace", options.story, "Tell the story of this, with --seed")->needs(one);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error) == 0 ? 0 : 2;
    return std::nullopt;
  }
  options.scenario.length = std::chrono::seconds(seconds);
  options.scenario.kernel_faults = !no_kernel_faults;
  if (!backend.empty()) options.scenario.backend = kBackends.at(backend);
  return options;
}

std::string CommandFor(uint64_t seed, const ScenarioOptions& options, const std::string& story) {
  std::string command = "tools/sim --seed " + std::to_string(seed);
  if (const ScenarioOptions defaults; options.length != defaults.length) {
    command +=
        " --seconds " +
        std::to_string(std::chrono::duration_cast<std::chrono::seconds>(options.length).count());
  }
  if (options.backend) {
    command += *options.backend == net::IoBackend::kUring ? " --backend uring" : " --backend epoll";
  }
  if (!options.kernel_faults) command += " --no-kernel-faults";
  if (!story.empty()) command += " --trace '" + story + "'";
  return command;
}

}  // namespace baton::sim
