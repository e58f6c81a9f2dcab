// The parameter sets of an H.264 stream, as they came last.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "record/depacketize/h264_parameter_sets.h"

namespace baton::record {

// Which sets there are, or are needed, by their ids.
struct H264SetIds {
  std::bitset<kMaxSequenceParameterSets> sequence;
  std::bitset<kMaxPictureParameterSets> picture;

  bool Contains(const H264SetIds& others) const {
    return (others.sequence & ~sequence).none() && (others.picture & ~picture).none();
  }
};

class H264SetStore {
 public:
  // A larger set is not kept; there are 288 at most.
  static constexpr size_t kMaxSetSize = 4096;

  // A whole NAL unit of a parameter set. False if it cannot be read or is too large.
  bool Add(Bytes unit, H264SetIds& ids);

  // What the pictures need that refer to these picture parameter sets; nothing if that has not all
  // come.
  std::optional<H264SetIds> Needed(const std::bitset<kMaxPictureParameterSets>& picture_ids) const;

  // All of `ids`, which are in here, in Annex B's form: those of sequences first, as they have to
  // be.
  std::vector<uint8_t> AnnexB(const H264SetIds& ids) const;

  // Of one that is in here.
  const SequenceParameterSet& sequence(size_t id) const { return sequences_[id].set; }

 private:
  struct Sequence {
    SequenceParameterSet set;
    std::vector<uint8_t> unit;  // empty: it has not come
  };
  struct Picture {
    PictureParameterSet set;
    std::vector<uint8_t> unit;
  };

  std::array<Sequence, kMaxSequenceParameterSets> sequences_;
  std::array<Picture, kMaxPictureParameterSets> pictures_;
};

// Before each NAL unit, ITU-T H.264 annex B.
inline constexpr std::array<uint8_t, 4> kStartCode = {0, 0, 0, 1};

}  // namespace baton::record
