// H.264's NAL units (ITU-T H.264 section 7.3), as far as recording them takes: parameter sets, and
// which of them a slice needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace baton::record {

// Table 7-1; those that are told apart.
enum class NalType : uint8_t {
  kSlice = 1,
  kDataPartitionA = 2,
  kIdrSlice = 5,
  kSupplemental = 6,
  kSequenceParameterSet = 7,
  kPictureParameterSet = 8,
  kAccessUnitDelimiter = 9,
};

//    0 1 2 3 4 5 6 7
//   |F|NRI|  Type   |
constexpr NalType NalTypeOf(uint8_t header) { return static_cast<NalType>(header & 0x1f); }
// Whether an inter picture may refer to what the unit is part of.
constexpr bool IsReference(uint8_t header) { return (header & 0x60) != 0; }
// Units of a coded picture itself: slices and partitions of them.
constexpr bool IsSlice(uint8_t header) {
  const uint8_t type = header & 0x1f;
  return type >= 1 && type <= 5;
}

inline constexpr size_t kMaxSequenceParameterSets = 32;
inline constexpr size_t kMaxPictureParameterSets = 256;

// Each of these takes a whole NAL unit with its header, and says nothing if it is cut off or out of
// the standard's ranges.

struct SequenceParameterSet {
  uint8_t id = 0;  // below kMaxSequenceParameterSets
  // In pixels, without what is cropped; 0 if more than 65535.
  uint16_t width = 0;
  uint16_t height = 0;
};
std::optional<SequenceParameterSet> ReadSequenceParameterSet(Bytes unit);

struct PictureParameterSet {
  uint8_t id = 0;
  uint8_t sequence_id = 0;  // below kMaxSequenceParameterSets
};
std::optional<PictureParameterSet> ReadPictureParameterSet(Bytes unit);

struct SliceHeader {
  uint32_t first_macroblock = 0;  // 0: this begins a picture
  uint8_t picture_set_id = 0;
};
std::optional<SliceHeader> ReadSliceHeader(Bytes unit);

}  // namespace baton::record
