// NAL units of H.264 (ITU-T H.264 section 7.3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/unit/record/depacketize/bits.h"

namespace baton::record {

// Of the baseline profile; sizes are multiples of 16.
inline std::vector<uint8_t> H264Sps(uint32_t width, uint32_t height, uint32_t id = 0) {
  BitWriter bits;
  bits.Bits(8, 0x67).Bits(8, 66).Bits(8, 0xc0).Bits(8, 31).Golomb(id);
  bits.Golomb(0).Golomb(2);   // frame numbers, picture order type
  bits.Golomb(1).Bits(1, 0);  // reference frames, gaps
  bits.Golomb(width / 16 - 1).Golomb(height / 16 - 1);
  bits.Bits(1, 1).Bits(1, 1).Bits(1, 0).Bits(1, 0).Bits(1, 1);  // frames; no cropping, no VUI
  return bits.bytes();
}

inline std::vector<uint8_t> H264Pps(uint32_t id = 0, uint32_t sequence_id = 0) {
  BitWriter bits;
  bits.Bits(8, 0x68).Golomb(id).Golomb(sequence_id).Bits(16, 0x1234).Bits(1, 1);
  return bits.bytes();
}

struct H264Slice {
  bool idr = false;
  bool reference = true;
  uint32_t first_macroblock = 0;
  uint32_t picture_set_id = 0;
};
// With `size` more bytes behind the slice's header.
inline std::vector<uint8_t> H264SliceUnit(const H264Slice& slice, size_t size = 8,
                                          uint8_t filling = 's') {
  BitWriter bits;
  bits.Bits(8, (slice.reference ? 0x60 : 0x00) | (slice.idr ? 5 : 1));
  bits.Golomb(slice.first_macroblock).Golomb(7).Golomb(slice.picture_set_id).Bits(8, 0xff);
  std::vector<uint8_t> unit = bits.bytes();
  unit.insert(unit.end(), size, filling);
  return unit;
}

// Annex B.
inline std::vector<uint8_t> AnnexB(const std::vector<std::vector<uint8_t>>& units) {
  std::vector<uint8_t> out;
  for (const auto& unit : units) {
    out.insert(out.end(), {0, 0, 0, 1});
    out.insert(out.end(), unit.begin(), unit.end());
  }
  return out;
}

}  // namespace baton::record
