#include "tests/sim/engine/virtual_clock.h"

#include "base/clock.h"

namespace baton {
namespace sim {
namespace {

// CLOCK_REALTIME at TimePoint{}: some day in 2026.
constexpr int64_t kRealtimeOffsetNs = 1'790'000'000'000'000'000;

thread_local TimePoint virtual_now = kBeginning;

}  // namespace

TimePoint VirtualClock::now() { return virtual_now; }

void VirtualClock::Set(TimePoint now) { virtual_now = now; }

}  // namespace sim

TimePoint MonotonicNow() { return sim::VirtualClock::now(); }

int64_t RealtimeNowNs() {
  return sim::kRealtimeOffsetNs + sim::VirtualClock::now().time_since_epoch().count();
}

int64_t ThreadCpuNs() { return sim::VirtualClock::now().time_since_epoch().count(); }

}  // namespace baton
