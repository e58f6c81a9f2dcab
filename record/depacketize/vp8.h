// VP8 in RTP (RFC 7741): a frame is the payloads of its packets one after another.
#pragma once

#include "record/depacketize/frame_builder.h"
#include "record/depacketize/frame_bytes.h"

namespace baton::record {

class Vp8Builder final : public FrameBuilder {
 public:
  void Reset() override;
  Part Add(Bytes payload) override;
  void Break() override;
  const PictureFacts& facts() const override { return facts_; }
  Outcome Finish(Frame& frame) override;

 private:
  PictureFacts facts_;
  FrameBytes data_;
  bool empty_ = true;  // no packet has been added
  bool broken_ = false;
};

}  // namespace baton::record
