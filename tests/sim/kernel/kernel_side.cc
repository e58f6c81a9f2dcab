#include "tests/sim/kernel/kernel_side.h"

#include <poll.h>

#include <algorithm>

#include "tests/sim/engine/random_stream.h"
#include "tests/sim/engine/virtual_clock.h"

namespace baton::sim {

void KernelSide::Attach(UdpModel& sockets, const IoFaults& faults, const Random& random) {
  sockets_ = &sockets;
  faults_ = faults;
  random_ = random;
}

bool KernelSide::Faulty(uint32_t per_million) {
  return VirtualClock::now() < faults_.until && Happens(random_, per_million);
}

std::span<const SocketIndex> KernelSide::ReadySockets() {
  size_t count = 0;
  for (size_t i = 0; i < sockets_->sockets(); ++i) {
    const auto socket = static_cast<SocketIndex>(i);
    if (sockets_->HasData(socket) && !Faulty(faults_.slow_receive)) ready_[count++] = socket;
  }
  const std::span<SocketIndex> ready(ready_.data(), count);
  std::stable_sort(ready.begin(), ready.end(), [this](SocketIndex a, SocketIndex b) {
    return sockets_->OldestArrival(a) < sockets_->OldestArrival(b);
  });
  return ready;
}

// The system is asked only if there is reason to.
bool KernelSide::WasWoken(int descriptor) {
  if (!wake_noted_) return false;
  wake_noted_ = false;
  pollfd readable{descriptor, POLLIN, 0};
  return poll(&readable, 1, 0) == 1;
}

void KernelSide::WaitsFor(Duration timeout) { waits_until_ = VirtualClock::now() + timeout; }

}  // namespace baton::sim
