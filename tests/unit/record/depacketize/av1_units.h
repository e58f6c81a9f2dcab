// OBUs as RTP carries them: without sizes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/unit/record/depacketize/bits.h"

namespace baton::record {

// AV1 bitstream specification section 5.5.1, as libaom writes it for real time: no timing, one
// operating point.
inline std::vector<uint8_t> Av1SequenceObu(uint32_t width, uint32_t height) {
  BitWriter bits;
  bits.Bits(8, 1 << 3);
  bits.Bits(3, 0).Bits(1, 0).Bits(1, 0);  // profile, still picture, reduced
  bits.Bits(1, 0).Bits(1, 0).Bits(5, 0);  // timing, display delay, operating points - 1
  bits.Bits(12, 0).Bits(5, 4);            // of it: idc, level
  bits.Bits(4, 15).Bits(4, 15).Bits(16, width - 1).Bits(16, height - 1).Bits(24, 0x123456);
  return bits.bytes();
}

// A frame OBU with `size` bytes behind its header, 1 at least. Section 5.9.2: show_existing_frame,
// frame_type, show_frame.
inline std::vector<uint8_t> Av1FrameObu(bool key_frame, size_t size, uint8_t filling = 'f') {
  std::vector<uint8_t> obu(1 + size, filling);
  obu[0] = 6 << 3;
  obu[1] = key_frame ? 0x10 : 0x30;
  return obu;
}

// The same with its size: what a temporal unit in the low-overhead format is made of.
inline std::vector<uint8_t> WithSize(const std::vector<uint8_t>& obu) {
  std::vector<uint8_t> out = {static_cast<uint8_t>(obu[0] | 2)};
  const bool has_extension = (obu[0] & 4) != 0;
  const size_t header = has_extension ? 2 : 1;
  if (has_extension) out.push_back(obu[1]);
  size_t size = obu.size() - header;
  for (; size >= 0x80; size >>= 7) out.push_back(static_cast<uint8_t>(size | 0x80));
  out.push_back(static_cast<uint8_t>(size));
  out.insert(out.end(), obu.begin() + header, obu.end());
  return out;
}

}  // namespace baton::record
