// What a forwarder did with the datagrams of each direction.
#pragma once

#include <cstdint>
#include <string>

#include "bench/load/forwarder/direction.h"

namespace baton::bench {

// They add up: received + duplicated = forwarded + lost + queue_full + refused + overflowed +
// failed + in_flight.
struct DirectionCounts {
  uint64_t received = 0;
  uint64_t received_bytes = 0;
  uint64_t duplicated = 0;  // copies made
  uint64_t forwarded = 0;   // copies too
  uint64_t forwarded_bytes = 0;
  uint64_t lost = 0;          // as asked, alone or in bursts
  uint64_t queue_full = 0;    // dropped because the rate's queue was full
  uint64_t refused = 0;       // up: from a client too many; down: not from the server's host
  uint64_t overflowed = 0;    // dropped because as many were on their way as there is room for
  uint64_t failed = 0;        // the kernel did not take them ...
  std::string first_failure;  // ... and why the first of them
  uint64_t in_flight = 0;     // on their way when it ended

  // Of those forwarded.
  uint64_t reordered = 0;  // after one that came later (RFC 4737 section 3); no copies
  uint64_t corrupted = 0;

  // Never seen: the kernel had no room for them.
  uint64_t kernel_drops = 0;
};

struct ForwardCounts {
  PerDirection<DirectionCounts> directions;
  uint64_t clients = 0;  // all that there were
  uint64_t expired = 0;  // of these
  uint64_t rebinds = 0;  // ports changed, of all clients together
};

}  // namespace baton::bench
