// Which pictures of a video track can be decoded when some are missing.
//
// A picture refers to earlier ones, so after a loss nothing can be trusted up to the next key
// frame, unless the payload descriptors prove more:
// - no picture refers to a disposable one (VP8's N, H.264's nal_ref_idc 0);
// - picture IDs (RFC 7741 section 4.2, RFC 9628 section 4.2) count pictures, and tell when none is
//   missing between two, whatever the missing packets were;
// - TL0PICIDX counts the pictures of the lowest temporal layer, and these refer to no higher ones;
// - VP8's Y: a picture refers to the lowest layer alone; VP9's U: later pictures of higher layers
//   refer to none of these layers before this one;
// - VP9's flexible mode names the pictures that one refers to.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "record/depacketize/frame_builder.h"

namespace baton::record {

class FrameGate {
 public:
  // The next picture of which a packet came. `complete`: nothing of it is missing; `key_frame`: it
  // is, and refers to nothing. `lost_before`: packets missing between the picture before and the
  // first packet of this, 0 if none. Returns whether it can be decoded: whether to hand it on.
  bool Pass(const PictureFacts& facts, bool complete, bool key_frame, uint64_t lost_before);

  // A picture was not passed on that a key frame would have made decodable, or the lowest temporal
  // layer is damaged; until the next key frame. Higher layers alone are given kPatience pictures to
  // recover by themselves.
  bool key_frame_wanted() const { return key_frame_wanted_; }

 private:
  static constexpr size_t kTemporalLayers = 8;
  static constexpr uint32_t kPatience = 16;

  bool key_frame_wanted_ = false;
};

}  // namespace baton::record
