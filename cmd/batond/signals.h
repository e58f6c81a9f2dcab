// SIGTERM and SIGINT: the first one is reported, a second one ends the process at once with exit
// code 128 + its number, whatever the threads are doing. SIGPIPE is ignored.
#pragma once

#include "absl/status/statusor.h"

namespace baton {

// Returns a file descriptor that becomes readable with the first signal. Once in a process, before
// any thread is started.
absl::StatusOr<int> CatchSignals();

// The number of the first signal, or 0.
int CaughtSignal();

}  // namespace baton
