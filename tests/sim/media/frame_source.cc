#include "tests/sim/media/frame_source.h"

#include <algorithm>
#include <array>

namespace baton::sim {
namespace {

constexpr size_t kKeyFrameFactor = 6;

// By the number of layers: which frame of the pattern is of which.
constexpr std::array<std::array<uint8_t, 4>, 4> kPatterns = {{
    {0, 0, 0, 0},
    {0, 0, 0, 0},
    {0, 1, 0, 1},
    {0, 2, 1, 2},
}};

}  // namespace

VideoEncoder::VideoEncoder(const Config& config, Random random)
    : config_(config),
      random_(random),
      picture_id_(random_.U16() & 0x7fff),
      tl0_picture_index_(static_cast<uint8_t>(random_.Below(256))) {}

SourceFrame VideoEncoder::NextFrame() {
  SourceFrame frame;
  frame.identity.number = next_number_++;
  frame.identity.key = key_frame_wanted_ ||
                       (config_.key_frame_interval > 0 && since_key_ >= config_.key_frame_interval);
  if (frame.identity.key) {
    key_frame_wanted_ = false;
    since_key_ = 0;
    in_pattern_ = 0;
  }
  ++since_key_;
  Refer(frame.identity);
  picture_id_ = (picture_id_ + 1) & 0x7fff;
  if (frame.identity.temporal == 0) ++tl0_picture_index_;
  frame.numbers = {picture_id_, tl0_picture_index_};
  const size_t mean = config_.bytes_per_frame * (frame.identity.key ? kKeyFrameFactor : 1);
  frame.payload_sizes = Split(mean / 2 + random_.Below(mean));
  return frame;
}

void VideoEncoder::Refer(FrameIdentity& frame) {
  const uint32_t position = in_pattern_++ % 4;
  frame.temporal = kPatterns[config_.temporal_layers][position];
  const auto age = [&](uint32_t number) { return static_cast<uint8_t>(frame.number - number); };
  if (!frame.key) frame.references[0] = age(last_base_);
  // Between a frame of layer 1 and the next of layer 0: everything of the group may be referred to.
  const bool last_of_three = config_.temporal_layers == 3 && position == 3;
  if (last_of_three) frame.references[1] = age(last_middle_);
  frame.sync = frame.temporal > 0 && !last_of_three;
  if (frame.temporal == 0) last_base_ = frame.number;
  if (frame.temporal == 1) last_middle_ = frame.number;
}

// Evenly, as encoders do: the packets of a frame differ by a byte.
std::vector<size_t> VideoEncoder::Split(size_t bytes) const {
  bytes = std::max(bytes, kMinPayload);
  const size_t packets =
      std::min<size_t>((bytes + config_.max_payload - 1) / config_.max_payload, 255);
  std::vector<size_t> sizes;
  for (size_t left = packets; left > 0; --left) {
    const size_t size = std::clamp(bytes / left, kMinPayload, config_.max_payload);
    sizes.push_back(size);
    bytes -= std::min(bytes, size);
  }
  return sizes;
}

}  // namespace baton::sim
