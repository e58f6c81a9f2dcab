// Randomness of a run. Each component draws from a stream of its own, which depends on the run's
// seed and on the component's name alone: one that draws more often than before changes nothing for
// the others.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "base/hash.h"
#include "base/random.h"
#include "base/time_point.h"

namespace baton::sim {

// `index` tells components of one name apart.
inline Random RandomStream(uint64_t seed, std::string_view component, uint64_t index = 0) {
  return Random(HashBytes(component, MixHash(seed, index)));
}

// A chance in parts per million.
inline constexpr uint32_t kAlways = 1'000'000;

inline bool Happens(Random& random, uint32_t per_million) {
  return per_million > 0 && random.Below(kAlways) < per_million;
}

// Uniform in [low, high].
inline uint64_t Between(Random& random, uint64_t low, uint64_t high) {
  return low + random.Below(high - low + 1);
}
inline Duration Between(Random& random, Duration low, Duration high) {
  return low + Duration(random.Below(static_cast<uint64_t>((high - low).count()) + 1));
}

}  // namespace baton::sim
