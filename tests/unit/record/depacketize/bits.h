// Writes bits, highest first, for tests that make headers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace baton::record {

class BitWriter {
 public:
  // `count` <= 32.
  BitWriter& Bits(size_t count, uint32_t value) {
    for (size_t i = count; i-- > 0;) Bit((value >> i & 1) != 0);
    return *this;
  }
  // Exp-Golomb codes (ITU-T H.264 section 9.1), and AV1's uvlc().
  BitWriter& Golomb(uint32_t value) {
    const uint64_t code = uint64_t{value} + 1;
    size_t size = 0;
    while (code >> (size + 1) != 0) ++size;
    Bits(size, 0);
    for (size_t i = size + 1; i-- > 0;) Bit((code >> i & 1) != 0);
    return *this;
  }
  BitWriter& SignedGolomb(int32_t value) {
    return Golomb(value > 0 ? 2 * static_cast<uint32_t>(value) - 1
                            : 2 * static_cast<uint32_t>(-value));
  }

  // The rest of the last byte is 0.
  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  void Bit(bool value) {
    if (used_ % 8 == 0) bytes_.push_back(0);
    if (value) bytes_.back() |= static_cast<uint8_t>(0x80 >> used_ % 8);
    ++used_;
  }

  std::vector<uint8_t> bytes_;
  size_t used_ = 0;
};

}  // namespace baton::record
