// What a simulation knows of a datagram beside its bytes. Nobody in the simulation looks at it but
// those who judge and those who tell the story.
#pragma once

#include <optional>

#include "tests/sim/engine/trace.h"

namespace baton::sim {

struct DatagramMark {
  std::optional<PacketTag> packet;  // media, as its publisher made it
  bool damaged = false;             // bits have changed on the way
};

}  // namespace baton::sim
