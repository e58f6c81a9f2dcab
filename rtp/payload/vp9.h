// VP9's payload descriptor (RFC 9628 section 4.2).
//
//    0 1 2 3 4 5 6 7
//   |I|P|L|F|B|E|V|Z|
//   |M| PICTURE ID  |   if I; one octet more if M
//   | TID |U| SID |D|   if L
//   |   TL0PICIDX   |   if L and not F
//   |  P_DIFF     |N|   if P and F, up to three times: as long as N says so
//   | scalability structure ...   if V
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/fixed_vector.h"
#include "rtp/payload/frame_info.h"
#include "rtp/payload/picture_fields.h"

namespace baton::rtp {

inline constexpr size_t kMaxVp9References = 3;

struct Vp9Descriptor {
  uint16_t size = 0;           // of the descriptor, with its scalability structure
  bool inter_picture = false;  // P: predicted from earlier pictures
  bool flexible = false;       // F
  bool starts_frame = false;   // B, of a spatial layer's frame
  bool ends_frame = false;     // E, likewise
  bool has_structure = false;  // V
  bool not_for_upper = false;  // Z: no upper spatial layer refers to this frame
  PictureFields picture;
  bool has_layers = false;   // L
  uint8_t temporal = 0;      // TID, 0..7
  uint8_t spatial = 0;       // SID, 0..7
  bool switch_up = false;    // U
  bool inter_layer = false;  // D
  // P_DIFF, 0..127: pictures that this one refers to, as distances of picture IDs.
  FixedVector<uint8_t, kMaxVp9References> references;
};

// Nothing if the payload ends within the descriptor, or a fourth reference is announced.
std::optional<Vp9Descriptor> ReadVp9(Bytes payload);

// All but the end of the picture, which the marker says.
FrameInfo ReadVp9FrameInfo(Bytes payload);

// As RewriteDescriptor() of rtp/payload/payload_format.h.
size_t RewriteVp9(Bytes payload, const PictureNumbers& numbers, MutableBytes out);

}  // namespace baton::rtp
