// A load of Binding requests (RFC 8489) on a STUN server: sent on schedule from several local ports
// in turn, whatever becomes of them; every answer has to be the one to a request of that port, and
// to name its address.
#pragma once

#include "absl/status/statusor.h"
#include "bench/load/result.h"
#include "bench/load/run_options.h"
#include "bench/load/scenario.h"

namespace baton::bench {

// `scenario` has passed CheckScenario() and is a STUN load. If the user ends the run before its
// time, the result is of what was measured until then, or CANCELLED if that is nothing.
absl::StatusOr<RunResult> RunStun(const Scenario& scenario, const RunOptions& options);

}  // namespace baton::bench
