// The dependency descriptor: a header extension that tells how a frame depends on others, for any
// codec and without a look into the payload (RTP payload format for AV1, appendix A.8).
//
// The templates to which descriptors refer come with the first packet of a key frame, so reading
// needs what an earlier packet of the stream said. References between frames and chains are read
// over.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "rtp/payload/frame_info.h"

namespace baton::rtp {

inline constexpr size_t kMaxDecodeTargets = 32;
inline constexpr size_t kMaxDependencyTemplates = 64;

// What a frame is to one decode target. Table A.1.
enum class DecodeTargetIndication : uint8_t {
  kNotPresent = 0,
  kDiscardable = 1,  // belongs to it, and nothing refers to it there
  kSwitch = 2,       // if this is decodable, all of the target that follows is
  kRequired = 3,
};

// One indication for each decode target.
class DecodeTargetIndications {
 public:
  DecodeTargetIndication Get(size_t target) const {
    return static_cast<DecodeTargetIndication>(bits_ >> 2 * target & 3);
  }
  void Set(size_t target, DecodeTargetIndication indication) {
    bits_ &= ~(uint64_t{3} << 2 * target);
    bits_ |= static_cast<uint64_t>(indication) << 2 * target;
  }

  friend bool operator==(const DecodeTargetIndications&, const DecodeTargetIndications&) = default;

 private:
  uint64_t bits_ = 0;
};

struct LayerId {
  uint8_t spatial = 0;   // 0..3
  uint8_t temporal = 0;  // 0..7

  friend bool operator==(const LayerId&, const LayerId&) = default;
};

// What the descriptors of a coded video sequence have in common. Plain data, below 1 KiB.
struct DependencyStructure {
  uint8_t template_id_offset = 0;  // 0..63
  uint8_t templates = 0;           // 1..64; 0: nothing is known yet
  uint8_t decode_targets = 0;      // 1..32
  uint8_t chains = 0;              // 0..32
  // By template.
  std::array<DecodeTargetIndications, kMaxDependencyTemplates> indications{};
  std::array<LayerId, kMaxDependencyTemplates> layers{};
  std::array<bool, kMaxDependencyTemplates> has_references{};
  // By decode target: the highest layers of its frames, which is what a receiver of it sees.
  std::array<LayerId, kMaxDecodeTargets> target_layers{};

  friend bool operator==(const DependencyStructure&, const DependencyStructure&) = default;
};

// Of one packet; the same in all packets of a frame, but for its start and end and what is
// attached.
struct DependencyDescriptor {
  bool starts_frame = false;
  bool ends_frame = false;
  bool has_structure = false;   // the first packet of a coded video sequence
  bool has_references = false;  // to earlier frames
  // There are decode targets of the frame's spatial layer and higher temporal layers, and all of
  // them are indicated kSwitch.
  bool temporal_switch_up = false;
  uint16_t frame_number = 0;  // increases with each frame, of any layer, in decoding order; wraps
  LayerId layer;
  DecodeTargetIndications indications;
  // A bit for each decode target that the encoder still produces; none: as said before.
  std::optional<uint32_t> active_decode_targets;
};

// Of one stream. Plain data.
class DependencyReader {
 public:
  // Nothing if the value is cut off, has more than fits here, or refers to templates that are not
  // known, as happens when the packet that brought them was lost. A structure is kept for what
  // follows if the packet is `newest`, the latest in order of its stream; one that comes late is
  // only used to read it.
  std::optional<DependencyDescriptor> Read(Bytes value, bool newest);

  // structure().templates is 0 until there is one.
  const DependencyStructure& structure() const { return structure_; }

 private:
  DependencyStructure structure_;
};

// Where the frame number stands in an extension's value.
inline constexpr size_t kFrameNumberOffset = 1;
inline constexpr size_t kMinDependencyDescriptorSize = 3;

// All that a descriptor says; a picture ends where the marker is.
FrameInfo ToFrameInfo(const DependencyDescriptor& descriptor, bool marker);

}  // namespace baton::rtp
