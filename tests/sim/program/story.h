// Runs one seed and tells a story of it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

#include "tests/sim/scenario.h"
#include "tests/sim/simulation.h"

namespace baton::sim {

// Nothing if `what` (as --trace takes it) is nothing that the run has. A run can be told of only
// once it is known what happens in it: what is named by a sequence number is looked up in a first
// run, and told in a second one, which is the same.
std::optional<RunResult> TellStory(uint64_t seed, const ScenarioOptions& options,
                                   const std::string& what, std::FILE* out);

}  // namespace baton::sim
