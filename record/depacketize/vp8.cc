#include "record/depacketize/vp8.h"

#include <optional>

#include "rtp/payload/vp8.h"

namespace baton::record {
namespace {

// RFC 6386 section 9.1: three bytes before every frame, and in a key frame a start code and two
// bytes each of width and height, little endian, of which the highest two bits tell how to scale.
constexpr size_t kFrameTagSize = 3;
constexpr size_t kKeyFrameHeaderSize = 10;
constexpr uint32_t kStartCode = 0x9d012a;

uint16_t ReadDimension(const uint8_t* p) {
  return static_cast<uint16_t>((p[1] & 0x3f) << 8 | p[0]);
}

// False if it is none.
bool ReadKeyFrameHeader(Bytes data, Frame& frame) {
  if (data.size() < kKeyFrameHeaderSize || LoadU24(&data[kFrameTagSize]) != kStartCode) {
    return false;
  }
  frame.width = ReadDimension(&data[6]);
  frame.height = ReadDimension(&data[8]);
  return true;
}

}  // namespace

void Vp8Builder::Reset() {
  facts_ = {};
  data_.Clear();
  empty_ = true;
  broken_ = false;
}

FrameBuilder::Part Vp8Builder::Add(Bytes payload) {
  const std::optional<rtp::Vp8Descriptor> descriptor = rtp::ReadVp8(payload);
  if (!descriptor || descriptor->size == payload.size()) return {};
  const bool first = empty_;
  empty_ = false;
  if (first) {
    facts_.info = rtp::ReadVp8FrameInfo(payload);
    facts_.disposable = descriptor->non_reference;
    broken_ |= !descriptor->starts_frame();
  } else if (descriptor->starts_frame()) {
    return {};
  }
  if (!broken_ && !data_.Append(payload.subspan(descriptor->size))) return {};
  return {.ok = true, .begins_picture = descriptor->starts_frame()};
}

void Vp8Builder::Break() {
  broken_ = true;
  data_.Clear();
}

FrameBuilder::Outcome Vp8Builder::Finish(Frame& frame) {
  if (broken_ || data_.size() < kFrameTagSize) return Outcome::kBroken;
  frame.key_frame = facts_.info.begins_key_frame;
  if (frame.key_frame && !ReadKeyFrameHeader(data_.bytes(), frame)) return Outcome::kBroken;
  frame.data = data_.Take();
  return Outcome::kFrame;
}

}  // namespace baton::record
