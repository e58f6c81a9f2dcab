// VP8's payload descriptor (RFC 7741 section 4.2), and the first octet of what follows it.
//
//    0 1 2 3 4 5 6 7
//   |X|R|N|S|R| PID |
//   |I|L|T|K|  RSV  |   if X
//   |M| PictureID   |   if I; one octet more if M
//   |   TL0PICIDX   |   if L
//   |TID|Y| KEYIDX  |   if T or K
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "rtp/payload/frame_info.h"
#include "rtp/payload/picture_fields.h"

namespace baton::rtp {

struct Vp8Descriptor {
  uint8_t size = 0;       // of the descriptor, 1..6
  uint8_t partition = 0;  // PID, 0..7
  bool starts_partition = false;
  bool non_reference = false;  // N: nothing refers to this frame
  bool key_frame = false;      // in the packet that begins the frame, which alone can say it

  PictureFields picture;
  bool has_temporal = false;
  uint8_t temporal = 0;     // TID, 0..3
  bool layer_sync = false;  // Y: depends on frames of temporal layer 0 only

  bool starts_frame() const { return starts_partition && partition == 0; }
};

// Nothing if the payload ends within the descriptor.
std::optional<Vp8Descriptor> ReadVp8(Bytes payload);

// All but what the marker says, and spatial layers, which VP8 does not have.
FrameInfo ReadVp8FrameInfo(Bytes payload);

// As RewriteDescriptor() of rtp/payload/payload_format.h.
size_t RewriteVp8(Bytes payload, const PictureNumbers& numbers, MutableBytes out);

}  // namespace baton::rtp
