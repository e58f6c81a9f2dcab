// AV1's aggregation header (RTP payload format for AV1, section 4.4).
//
//    0 1 2 3 4 5 6 7
//   |Z|Y| W |N|-|-|-|
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "rtp/payload/frame_info.h"

namespace baton::rtp {

struct Av1AggregationHeader {
  bool continues_previous = false;  // Z: begins with the rest of an OBU
  bool continues_in_next = false;   // Y: ends with the first part of an OBU
  uint8_t elements = 0;             // W: 1..3; 0: each has its length before it
  bool new_sequence = false;        // N: the first packet of a coded video sequence
};

// Nothing if there is no OBU in the payload, or a new sequence begins with the rest of an OBU.
std::optional<Av1AggregationHeader> ReadAv1(Bytes payload);

// Whether a frame and a key frame start here. A frame is taken to start where its header does, or a
// sequence header before it, if that is the first OBU of the packet. Layers are told by the
// dependency descriptor (rtp/payload/dependency_descriptor.h), which is to be preferred in all else
// too.
FrameInfo ReadAv1FrameInfo(Bytes payload);

}  // namespace baton::rtp
