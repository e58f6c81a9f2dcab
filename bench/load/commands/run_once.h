// What fanout, stun, run and find-max have in common: one run of a scenario, and what becomes of
// its result.
#pragma once

#include <span>

#include "absl/status/statusor.h"
#include "bench/load/commands/commands.h"
#include "bench/load/options.h"
#include "bench/load/result.h"
#include "bench/load/scenario.h"
#include "bench/load/thresholds.h"

namespace baton::bench {

// Checks the scenario and runs it, with a live line on a terminal. `stun_server` is for STUN loads.
absl::StatusOr<RunResult> RunScenario(const Scenario& scenario, const NodeOptions& node,
                                      const std::string& stun_server, bool gso,
                                      const Context& context);

// Judges the thresholds, prints the summary, writes the files, and says how it ends.
absl::StatusOr<ExitCode> Conclude(RunResult& result, const OutputOptions& output,
                                  std::span<const Threshold> thresholds);

// The same, with the thresholds read before the run.
absl::StatusOr<ExitCode> RunAndConclude(const Scenario& scenario, const NodeOptions& node,
                                        const std::string& stun_server, bool gso,
                                        const OutputOptions& output, const Context& context);

}  // namespace baton::bench
