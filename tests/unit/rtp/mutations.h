// The neighbours of a message that a parser must survive: every prefix and every single-bit flip.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"

namespace baton {

// Calls `visit(Bytes)` for each. The bytes are in an allocation of exactly their size, so that the
// address sanitizer sees a read past the end.
template <class Visit>
void ForEachPrefix(Bytes message, Visit visit) {
  for (size_t size = 0; size <= message.size(); ++size) {
    const std::vector<uint8_t> prefix(message.begin(), message.begin() + size);
    visit(Bytes(prefix));
  }
}

template <class Visit>
void ForEachBitFlip(Bytes message, Visit visit) {
  std::vector<uint8_t> flipped(message.begin(), message.end());
  for (size_t bit = 0; bit < 8 * message.size(); ++bit) {
    const auto mask = static_cast<uint8_t>(1u << bit % 8);
    flipped[bit / 8] ^= mask;
    visit(Bytes(flipped));
    flipped[bit / 8] ^= mask;
  }
}

}  // namespace baton
