// What a relay has to know of the frame that a packet is part of, whatever the codec.
#pragma once

#include <cstdint>
#include <type_traits>

namespace baton::rtp {

// A format says some of this and leaves the rest at its default; a payload that cannot be read says
// nothing but where the marker is. Which field a format fills is told in its header.
struct FrameInfo {
  // VP8 and VP9. Counts pictures: modulo 2^15 or 2^7, as picture_id_bits has it.
  uint16_t picture_id = 0;
  // 15 or 7; 0: there is none.
  uint8_t picture_id_bits = 0;
  // VP8 and VP9. Counts frames of the lowest temporal layer; if has_tl0_picture_index.
  uint8_t tl0_picture_index = 0;
  // Layers, 0 is the lowest; if has_layers.
  uint8_t spatial = 0;
  uint8_t temporal = 0;

  bool has_tl0_picture_index = false;
  bool has_layers = false;
  // The first packet of a frame. With spatial layers a picture has a frame in each.
  bool starts_frame = false;
  // The last packet of a frame: by the format if it says so, else by the marker.
  bool ends_frame = false;
  // The last packet of all frames of one instant: the marker.
  bool ends_picture = false;
  // A decoder that has seen nothing can start with this packet: the first one of a key frame, of
  // the lowest spatial layer if there are several. Later packets of the key frame do not have it.
  bool begins_key_frame = false;
  // Of higher temporal layers than the frame's, no later frame refers to one before this: a
  // receiver that has this frame may have them too from now on. VP9's U, or the dependency
  // descriptor.
  bool temporal_switch_up = false;
  // The frame refers to frames of the lowest temporal layer only: a receiver of lower layers may
  // have those of its layer too, beginning with it. VP8's Y.
  bool temporal_layer_sync = false;
  // The frame refers to the lower spatial layer of its own picture.
  bool inter_layer = false;

  friend bool operator==(const FrameInfo&, const FrameInfo&) = default;
};
static_assert(sizeof(FrameInfo) <= 16 && std::is_trivially_copyable_v<FrameInfo>);

// The numbers that a leg gives pictures in place of the publisher's.
struct PictureNumbers {
  uint16_t picture_id = 0;  // its low 15 or 7 bits are used
  uint8_t tl0_picture_index = 0;
};

}  // namespace baton::rtp
