#include "record/depacketize/vp9.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "record/depacketize/vp9_frame_header.h"

namespace baton::record {
namespace {

// superframe_index(), VP9 bitstream specification annex B.2: a header byte, the size of each frame
// in as many bytes, little endian, as the largest needs, and the header byte again.
//   |1 1 0| bytes - 1 | frames - 1 |
class SuperframeIndex {
 public:
  // `sizes` of 1..8 frames.
  explicit SuperframeIndex(std::span<const uint32_t> sizes) {
    const uint32_t largest = *std::max_element(sizes.begin(), sizes.end());
    size_t width = 1;
    while (width < 4 && largest >> 8 * width != 0) ++width;
    const auto header = static_cast<uint8_t>(0xc0 | (width - 1) << 3 | (sizes.size() - 1));
    Append(header);
    for (const uint32_t size : sizes) {
      for (size_t i = 0; i < width; ++i) Append(static_cast<uint8_t>(size >> 8 * i));
    }
    Append(header);
  }

  Bytes bytes() const { return Bytes(bytes_).first(size_); }

 private:
  void Append(uint8_t byte) { bytes_[size_++] = byte; }

  std::array<uint8_t, 2 + 8 * 4> bytes_{};
  size_t size_ = 0;
};

}  // namespace

void Vp9Builder::Reset() {
  facts_ = {};
  data_.Clear();
  layer_offsets_.clear();
  in_layer_ = false;
  empty_ = true;
  broken_ = false;
}

FrameBuilder::Part Vp9Builder::Add(Bytes payload) {
  const std::optional<rtp::Vp9Descriptor> descriptor = rtp::ReadVp9(payload);
  if (!descriptor || descriptor->size == payload.size()) return {};
  NoteFacts(*descriptor, payload);
  if (!broken_) {
    if (!Follow(*descriptor)) return {};
    if (!broken_ && !data_.Append(payload.subspan(descriptor->size))) return {};
  }
  return {.ok = true,
          .begins_picture = descriptor->starts_frame && descriptor->spatial == 0,
          .ends_picture = descriptor->ends_frame && !descriptor->has_layers};
}

void Vp9Builder::Break() {
  broken_ = true;
  data_.Clear();
}

void Vp9Builder::NoteFacts(const rtp::Vp9Descriptor& descriptor, Bytes payload) {
  if (std::exchange(empty_, false)) facts_.info = rtp::ReadVp9FrameInfo(payload);
  if (!descriptor.starts_frame) return;
  for (const uint8_t reference : descriptor.references) {
    if (!facts_.references.full()) facts_.references.push_back(reference);
  }
}

bool Vp9Builder::Follow(const rtp::Vp9Descriptor& descriptor) {
  if (descriptor.starts_frame) {
    if (layer_offsets_.full()) return false;
    layer_offsets_.push_back(static_cast<uint32_t>(data_.size()));
  } else if (layer_offsets_.empty()) {
    broken_ = true;  // the beginning is missing
  } else if (!in_layer_) {
    return false;
  }
  in_layer_ = !descriptor.ends_frame;
  return true;
}

FrameBuilder::Outcome Vp9Builder::Finish(Frame& frame) {
  if (broken_) return Outcome::kBroken;
  FixedVector<uint32_t, kMaxLayers> sizes;
  for (size_t i = 0; i < layer_offsets_.size(); ++i) {
    const uint32_t begin = layer_offsets_[i];
    const size_t end = i + 1 < layer_offsets_.size() ? layer_offsets_[i + 1] : data_.size();
    const auto header = ReadVp9FrameHeader(data_.bytes().subspan(begin, end - begin));
    if (!header) return Outcome::kBroken;
    if (i == 0) frame.key_frame = header->key_frame;
    frame.width = std::max(frame.width, header->width);
    frame.height = std::max(frame.height, header->height);
    sizes.push_back(static_cast<uint32_t>(end - begin));
  }
  if (!frame.key_frame) frame.width = frame.height = 0;
  if (sizes.size() > 1) {
    const SuperframeIndex index(std::span(sizes.begin(), sizes.end()));
    if (!data_.Append(index.bytes())) return Outcome::kBroken;
  }
  frame.data = data_.Take();
  return Outcome::kFrame;
}

}  // namespace baton::record
