// The beginning of a VP9 frame: its uncompressed header (VP9 bitstream specification section 6.2).
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace baton::record {

struct Vp9FrameHeader {
  bool key_frame = false;
  // In pixels; 0: not here, because the frame is as large as one that it refers to.
  uint16_t width = 0;
  uint16_t height = 0;
};

// Nothing if `frame` does not begin with one.
std::optional<Vp9FrameHeader> ReadVp9FrameHeader(Bytes frame);

}  // namespace baton::record
