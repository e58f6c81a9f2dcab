// Reads bits, highest first, from bytes. Like ByteReader (base/bytes.h) it remembers failure: read
// everything, then ask ok() once; after the first failure it gives zeros.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace baton::rtp {

class BitReader {
 public:
  explicit constexpr BitReader(Bytes bytes) : bytes_(bytes) {}

  constexpr bool ok() const { return bytes_.ok(); }

  // `count` <= 32.
  constexpr uint32_t Bits(size_t count) {
    while (available_ < count) {
      held_ = held_ << 8 | bytes_.U8();
      available_ += 8;
    }
    available_ -= count;
    const uint64_t mask = (uint64_t{1} << count) - 1;
    return ok() ? static_cast<uint32_t>(held_ >> available_ & mask) : 0;
  }
  constexpr bool Flag() { return Bits(1) != 0; }

 private:
  ByteReader bytes_;
  uint64_t held_ = 0;     // its lowest bits have been taken from bytes_ and not been read
  size_t available_ = 0;  // how many; below 8 between calls
};

}  // namespace baton::rtp
