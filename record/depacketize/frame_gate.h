// Which pictures of a video track can be decoded when some are missing.
//
// A picture refers to earlier ones, so after a loss none can be trusted up to the next key frame,
// unless the payload descriptors prove more:
// - No picture refers to a disposable one (VP8's N, H.264's nal_ref_idc of 0).
// - Picture IDs (RFC 7741 section 4.2, RFC 9628 section 4.2) count pictures: if two follow each
//   other, no picture between them is missing, whatever packets are.
// - TL0PICIDX counts the pictures of the lowest temporal layer, which refer to no higher ones.
// - A picture with VP8's Y refers to the lowest temporal layer alone, and those of its layer that
//   follow, to it or to nothing of this layer that is older, so that receivers may take the layer
//   up there.
// - After a picture with VP9's U, pictures of higher temporal layers refer to none of these layers
//   from before it.
// - VP9's flexible mode names the pictures that one refers to.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "record/depacketize/frame_builder.h"

namespace baton::record {

class FrameGate {
 public:
  // Where a picture stands.
  struct Arrival {
    bool complete = false;     // nothing of it is missing
    bool key_frame = false;    // it refers to nothing
    uint64_t lost_before = 0;  // packets missing between the picture before it and its first packet
  };

  // The next picture of which a packet came. Returns whether it can be decoded, and is to be handed
  // on.
  bool Pass(const PictureFacts& facts, const Arrival& arrival);

  // From when a picture was left out that a key frame would have saved, until one has come. If
  // these are of higher temporal layers, they have kPatience pictures to recover by themselves.
  bool key_frame_wanted() const { return key_frame_wanted_; }

 private:
  static constexpr size_t kTemporalLayers = 8;
  static constexpr size_t kHistory = 128;  // P_DIFF has 7 bits
  static constexpr uint32_t kPatience = 16;

  // Whether all pictures are there, decodable, of the layer and those below it.
  bool IntactUpTo(uint8_t temporal) const;
  bool OnlyRefersToDecodable(const PictureFacts& facts) const;
  // Nothing is known any more of this layer and those above.
  void BreakFrom(uint8_t temporal);
  // Packets are missing before the picture.
  void NoteLoss(const rtp::FrameInfo& info, uint64_t lost);
  bool LostNoPicture(const rtp::FrameInfo& info, uint64_t lost) const;
  bool LostNoneOfLowestLayer(const rtp::FrameInfo& info, uint64_t lost) const;
  // Moves the history to the picture.
  void Advance(const rtp::FrameInfo& info, uint64_t lost);
  void NotePassed(const PictureFacts& facts, bool key_frame);
  void NoteLeftOut(const PictureFacts& facts, bool complete);

  std::bitset<kTemporalLayers> intact_;   // by temporal layer
  std::bitset<kHistory> decodable_;       // by distance of picture IDs from the newest
  std::optional<rtp::FrameInfo> newest_;  // what it said
  // A whole inter picture came that is not disposable. There are senders that mark all of them.
  bool knows_disposable_ = false;
  bool key_frame_wanted_ = false;
  uint32_t left_out_ = 0;  // complete ones of higher layers, until kPatience pass in a row
  uint32_t passed_in_a_row_ = 0;
};

}  // namespace baton::record
