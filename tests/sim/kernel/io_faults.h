// Which faults the calls between a loop and its kernel have, over those of the kernel itself
// (kernel/udp_model.h). All are things that a kernel does, and none loses a datagram or changes
// one.
#pragma once

#include <cstdint>

#include "base/time_point.h"

namespace baton::sim {

struct IoFaults {
  // Chances in a million, each time that it could happen.
  uint32_t interrupted = 0;     // EINTR, EAGAIN or EBUSY where nothing was done
  uint32_t partial = 0;         // fewer entries or messages are taken than were offered
  uint32_t late = 0;            // a completion comes with a later call (io_uring)
  uint32_t kept_back = 0;       // the completion queue has no room (io_uring)
  uint32_t disarmed = 0;        // a multishot receive ends, with a datagram or without (io_uring)
  uint32_t stolen_buffers = 0;  // no buffer is left, though there are some (io_uring)
  uint32_t slow_receive = 0;    // what has arrived is not handed over at once
  TimePoint until{};            // none of them after this
};

}  // namespace baton::sim
