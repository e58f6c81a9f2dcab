// Beginnings of VP9 frames (VP9 bitstream specification section 6.2).
#pragma once

#include <cstdint>
#include <vector>

#include "tests/unit/record/depacketize/bits.h"

namespace baton::record {

// Sizes are 1..65536, profiles 0..3.
inline std::vector<uint8_t> Vp9KeyFrame(uint32_t width, uint32_t height, int profile = 0) {
  BitWriter bits;
  bits.Bits(2, 2).Bits(1, profile & 1).Bits(1, profile >> 1);
  if (profile == 3) bits.Bits(1, 0);
  bits.Bits(1, 0).Bits(1, 0).Bits(1, 1).Bits(1, 0);  // a key frame, which is shown
  bits.Bits(24, 0x498342);
  if (profile >= 2) bits.Bits(1, 0);
  bits.Bits(3, 1).Bits(1, 0);  // color_space, color_range
  if (profile == 1 || profile == 3) bits.Bits(3, 0);
  bits.Bits(16, width - 1).Bits(16, height - 1).Bits(8, 0);
  return bits.bytes();
}

// As large as what it refers to, if there is no size.
inline std::vector<uint8_t> Vp9InterFrame(uint32_t width = 0, uint32_t height = 0) {
  BitWriter bits;
  bits.Bits(4, 8).Bits(1, 0).Bits(1, 1).Bits(1, 1).Bits(1, 0);  // inter, shown
  bits.Bits(2, 0).Bits(8, 1).Bits(12, 0);
  if (width == 0) return bits.Bits(1, 1).Bits(8, 0).bytes();
  return bits.Bits(3, 0).Bits(16, width - 1).Bits(16, height - 1).Bits(8, 0).bytes();
}

}  // namespace baton::record
