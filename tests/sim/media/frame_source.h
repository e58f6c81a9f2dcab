// What encoders make: frames, when they are due and what they refer to. No packets yet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/random.h"
#include "base/time_point.h"
#include "tests/sim/media/payload.h"

namespace baton::sim {

struct SourceFrame {
  FrameIdentity identity;
  Vp8Numbers numbers;
  std::vector<size_t> payload_sizes;  // of its packets
};

// One encoding of a picture. Temporal layers follow the pattern of browsers:
//
//   one:    0 0 0 0     each refers to the one before
//   two:    0 1 0 1     layer 1 refers to the frame of layer 0 before it
//   three:  0 2 1 2     the second frame of layer 2 refers to those of layer 1 and 0 as well
class VideoEncoder {
 public:
  struct Config {
    uint8_t temporal_layers = 1;    // 1..3
    size_t bytes_per_frame = 1500;  // on average; key frames are six times as large
    size_t max_payload = 1150;
    uint32_t key_frame_interval = 0;  // in frames; 0: only when asked
  };

  VideoEncoder(const Config& config, Random random);

  void RequestKeyFrame() { key_frame_wanted_ = true; }
  SourceFrame NextFrame();

 private:
  void Refer(FrameIdentity& frame);
  std::vector<size_t> Split(size_t bytes) const;

  Config config_;
  Random random_;
  bool key_frame_wanted_ = true;
  uint32_t next_number_ = 0;
  uint32_t since_key_ = 0;
  uint32_t in_pattern_ = 0;
  uint32_t last_base_ = 0;    // the latest frame of temporal layer 0
  uint32_t last_middle_ = 0;  // ... of layer 1
  uint16_t picture_id_;
  uint8_t tl0_picture_index_;
};

}  // namespace baton::sim
