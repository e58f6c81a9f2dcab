// A keyed 64-bit hash for look-up tables (multiply-and-fold, the step of wyhash). Not
// cryptographic; the seed keeps peers from choosing keys that collide.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace baton {

__extension__ using Uint128 = unsigned __int128;

constexpr uint64_t MixHash(uint64_t a, uint64_t b) {
  const Uint128 product = static_cast<Uint128>(a ^ 0xa0761d6478bd642f) * (b ^ 0xe7037ed1a0b428db);
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

inline uint64_t HashBytes(std::string_view bytes, uint64_t seed) {
  uint64_t hash = MixHash(seed, bytes.size());
  const char* p = bytes.data();
  size_t left = bytes.size();
  while (left > 0) {
    uint64_t word = 0;
    const size_t n = left < sizeof(word) ? left : sizeof(word);
    std::memcpy(&word, p, n);
    hash = MixHash(hash, word ^ seed);
    p += n;
    left -= n;
  }
  return hash;
}

}  // namespace baton
