// What the two forms of the kernel under a loop have in common: the sockets, the faults, and the
// moment at which a call would wait.
//
// Nothing waits in virtual time. A call that has nothing to return comes back empty-handed, as an
// interrupted one does, and says so here; the simulation lets time pass and calls again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/random.h"
#include "base/time_point.h"
#include "net/event_loop.h"
#include "tests/sim/kernel/io_faults.h"
#include "tests/sim/kernel/udp_model.h"

namespace baton::sim {

class KernelSide {
 public:
  // A loop makes its own kernel side, which is told afterwards what it stands on: before the loop's
  // first Receive(). `sockets` outlives the loop.
  void Attach(UdpModel& sockets, const IoFaults& faults, const Random& random);

  // Somebody has written to the loop's eventfd.
  void NoteWake() { wake_noted_ = true; }

  // Until when the latest call would be waiting, kNever if for nothing but an event; nothing if it
  // was not about to wait.
  std::optional<TimePoint> waits_until() const { return waits_until_; }

 protected:
  KernelSide() = default;
  ~KernelSide() = default;

  UdpModel& sockets() { return *sockets_; }
  Random& random() { return random_; }
  const IoFaults& faults() const { return faults_; }
  bool Faulty(uint32_t per_million);

  // The sockets with something to read, in the order in which they became ready. Valid until the
  // next call.
  std::span<const SocketIndex> ReadySockets();
  // Whether `descriptor`, the loop's eventfd, has been written to since it was last read.
  bool WasWoken(int descriptor);

  void DoesNotWait() { waits_until_.reset(); }
  void WaitsForEver() { waits_until_ = kNever; }
  void WaitsFor(Duration timeout);

 private:
  UdpModel* sockets_ = nullptr;
  IoFaults faults_;
  Random random_{0};
  bool wake_noted_ = false;
  std::optional<TimePoint> waits_until_;
  std::array<SocketIndex, net::kMaxSockets> ready_{};
};

}  // namespace baton::sim
