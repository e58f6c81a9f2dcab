// The command line of the simulator.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tests/sim/scenario.h"

namespace baton::sim {

struct Options {
  uint64_t from = 1;
  uint64_t seeds = 1;
  uint32_t jobs = 1;
  bool stop_at_first = false;
  bool hashes = false;  // print each run's trace hash
  ScenarioOptions scenario;
  std::string story;  // what to tell of; empty: nothing
};

// Nothing if the program is to end at once, with `exit_code`: --help, or an error that has been
// printed.
std::optional<Options> ParseOptions(int argc, char** argv, int& exit_code);

// The command that runs this seed again in the same way, and tells `story` unless that is empty.
std::string CommandFor(uint64_t seed, const ScenarioOptions& options, const std::string& story);

}  // namespace baton::sim
