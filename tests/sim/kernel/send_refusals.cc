#include "tests/sim/kernel/send_refusals.h"

#include <errno.h>

#include <array>

#include "base/hash.h"
#include "tests/sim/engine/random_stream.h"

namespace baton::sim {

int SendRefusals::Judge(TimePoint now, const TransportAddress& to, size_t datagrams,
                        size_t segment_size) {
  if (now >= config_.until) return 0;
  if (config_.spell_period > Duration{} &&
      now.time_since_epoch() % config_.spell_period < config_.spell_length &&
      Happens(random_, config_.refused_per_million)) {
    constexpr std::array<int, 5> kErrors = {EAGAIN, EAGAIN, ENOBUFS, EPERM, ENETUNREACH};
    return kErrors[random_.Below(kErrors.size())];
  }
  return datagrams > 1 ? JudgeRun(now, to, segment_size) : 0;
}

// Draws nothing: whatever is asked, and how often, the answer for a path is the same.
int SendRefusals::JudgeRun(TimePoint now, const TransportAddress& to, size_t segment_size) const {
  const int64_t route = config_.route_period > Duration{}
                            ? now.time_since_epoch() / config_.route_period
                            : int64_t{0};
  Random path(Hash(to, MixHash(path_seed_, static_cast<uint64_t>(route))));
  if (!Happens(path, config_.paths_per_million)) return 0;
  constexpr std::array<int, 3> kErrors = {EMSGSIZE, EINVAL, EIO};
  const int error = kErrors[path.Below(kErrors.size())];
  // An EIO is about the device, the others are about a length.
  const size_t longest = error == EIO ? 0 : Between(path, 100, 1300);
  return segment_size > longest ? error : 0;
}

}  // namespace baton::sim
