// A small, fast, seedable generator (xoshiro256**, Blackman and Vigna): the same seed gives the
// same run. Whoever sees a few outputs can compute the rest, so nothing that a peer must not guess
// comes from here: credentials come from the operating system, STUN transaction ids from a keyed
// hash (stun/transaction_ids.h).
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "base/hash.h"

namespace baton {

class Random {
 public:
  using Seed = std::array<uint64_t, 4>;
  using result_type = uint64_t;

  explicit constexpr Random(uint64_t seed) {
    for (uint64_t& word : state_) word = SplitMix(seed);
  }
  // All 256 bits of state. An all-zero seed would stay zero for ever and is replaced.
  explicit constexpr Random(const Seed& seed) : state_(seed) {
    if ((seed[0] | seed[1] | seed[2] | seed[3]) == 0) *this = Random(uint64_t{1});
  }

  constexpr uint64_t operator()() {
    const uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }
  constexpr uint32_t U32() { return static_cast<uint32_t>((*this)() >> 32); }
  constexpr uint16_t U16() { return static_cast<uint16_t>((*this)() >> 48); }
  // Uniform in [0, bound); `bound` > 0. Lemire's multiply-shift; its bias is below bound / 2^64.
  constexpr uint64_t Below(uint64_t bound) {
    return static_cast<uint64_t>((static_cast<Uint128>((*this)()) * bound) >> 64);
  }
  // True once in `n` times on average; `n` > 0.
  constexpr bool OneIn(uint64_t n) { return Below(n) == 0; }

  static constexpr uint64_t min() { return 0; }
  static constexpr uint64_t max() { return ~uint64_t{0}; }

 private:
  static constexpr uint64_t SplitMix(uint64_t& x) {
    uint64_t z = (x += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  Seed state_{};
};

}  // namespace baton
