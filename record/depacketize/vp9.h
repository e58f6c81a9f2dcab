// VP9 in RTP (RFC 9628): a picture is a frame of each spatial layer, each the payloads of its
// packets one after another. Several become one superframe, as containers have them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/fixed_vector.h"
#include "record/depacketize/frame_builder.h"
#include "record/depacketize/frame_bytes.h"
#include "rtp/payload/vp9.h"

namespace baton::record {

class Vp9Builder final : public FrameBuilder {
 public:
  void Reset() override;
  Part Add(Bytes payload) override;
  void Break() override;
  const PictureFacts& facts() const override { return facts_; }
  Outcome Finish(Frame& frame) override;

 private:
  static constexpr size_t kMaxLayers = 8;  // of a picture, and of a superframe

  void NoteFacts(const rtp::Vp9Descriptor& descriptor, Bytes payload);
  // Where the packet stands among the layers; false if it cannot be there.
  bool Follow(const rtp::Vp9Descriptor& descriptor);

  PictureFacts facts_;
  FrameBytes data_;
  FixedVector<uint32_t, kMaxLayers> layer_offsets_;  // where each layer's frame begins in data_
  bool in_layer_ = false;                            // the last packet did not end its frame
  bool empty_ = true;                                // no packet has been added
  bool broken_ = false;
};

}  // namespace baton::record
