// Whether the numbers that a node tells of itself add up, after each of its rounds: what it read is
// what it took in and what it dropped for a reason, packets times legs is what it made for legs and
// what it dropped for a reason of theirs, what it made is what its kernel took and what its kernel
// refused, and there is as much of everything as its events say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "net/event_loop.h"
#include "relay/metrics.h"
#include "tests/sim/control/directory.h"

namespace baton::sim {

struct NodeTally {
  uint64_t read = 0;   // datagrams that the kernel has handed over; some may wait in the loop
  uint64_t taken = 0;  // by the kernel
};

// Returns what does not add up, if anything does not.
std::optional<std::string> CheckAccounts(const relay::CoreMetrics& core,
                                         const net::LoopCounters& loop, const NodeTally& tally,
                                         const Directory::Census& census);

}  // namespace baton::sim
