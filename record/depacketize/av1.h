// AV1 in RTP (RTP payload format for AV1, sections 4 and 5): a temporal unit is the OBUs of its
// packets, whole or in fragments. It becomes one in the low-overhead format, each OBU with its
// size, without temporal delimiters, tile lists, padding and what is reserved.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "record/depacketize/av1_obu.h"
#include "record/depacketize/frame_builder.h"
#include "record/depacketize/frame_bytes.h"

namespace baton::record {

class Av1Builder final : public FrameBuilder {
 public:
  void Reset() override;
  Part Add(Bytes payload) override;
  void Break() override;
  // It says nothing of what refers to what.
  const PictureFacts& facts() const override { return facts_; }
  Outcome Finish(Frame& frame) override;

 private:
  static constexpr size_t kMaxObus = 4096;  // of a temporal unit

  struct Element {
    Bytes bytes;
    bool continues_previous = false;
    bool continues_in_next = false;
  };

  bool AddElement(const Element& element);
  bool AddObu(Bytes bytes);

  const PictureFacts facts_{};
  FrameBytes data_;
  FrameBytes fragment_;  // the beginning of an OBU
  bool in_fragment_ = false;
  size_t obus_ = 0;
  std::optional<Av1SequenceHeader> sequence_;
  std::vector<uint8_t> sequence_obu_;  // with its size; if there is one
  bool has_frame_ = false;
  bool key_frame_ = false;
  bool empty_ = true;  // no packet has been added
  bool broken_ = false;
  // data_ and sequence_ are from a temporal unit without a frame, and belong to the next one.
  bool carries_ = false;
};

}  // namespace baton::record
