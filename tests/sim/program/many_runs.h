// Runs many seeds in several processes: one that crashes or does not end is a finding, and the
// others go on.
#pragma once

#include "tests/sim/program/options.h"

namespace baton::sim {

// Prints what breaks, and at the end how many seeds ran and how fast. Returns the exit status.
int RunMany(const Options& options);

}  // namespace baton::sim
