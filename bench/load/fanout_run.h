// A run with rooms: makes them at the node, sends and receives, and says what happened.
#pragma once

#include "absl/status/statusor.h"
#include "bench/load/result.h"
#include "bench/load/run_options.h"
#include "bench/load/scenario.h"

namespace baton::bench {

// `scenario` has passed CheckScenario() and is no STUN load. Whatever happens, the rooms are closed
// at the end, unless the node can no longer be reached. If the user ends the run before its time,
// the result is of what was measured until then, or CANCELLED if that is nothing. Judgements of
// thresholds are the caller's.
absl::StatusOr<RunResult> RunFanout(const Scenario& scenario, const RunOptions& options);

}  // namespace baton::bench
