// AV1's open bitstream units (AV1 bitstream specification sections 5.3 to 5.9), as far as recording
// them takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace baton::record {

// Section 6.2.2.
enum class ObuType : uint8_t {
  kSequenceHeader = 1,
  kTemporalDelimiter = 2,
  kFrameHeader = 3,
  kTileGroup = 4,
  kMetadata = 5,
  kFrame = 6,
  kRedundantFrameHeader = 7,
  kTileList = 8,
  kPadding = 15,
};

//    0 1 2 3 4 5 6 7
//   |F| type  |X|S|-|
//   | T   | S |-|-|-|  if X: temporal and spatial layer
struct Obu {
  ObuType type{};
  bool has_extension = false;
  uint8_t header = 0;     // its first byte
  uint8_t extension = 0;  // its second, if has_extension
  Bytes payload;
};

// An OBU as RTP carries it: all of `bytes`, or as much as it says if it has its size. Nothing if it
// does not fit, or has the forbidden bit.
std::optional<Obu> ReadObu(Bytes bytes);

// leb128(), section 4.10.5. More than 32 bits fail, as the specification wants it.
inline constexpr size_t kMaxLeb128Size = 8;
uint32_t ReadLeb128(ByteReader& reader);
void WriteLeb128(ByteWriter& writer, uint32_t value);

// Writes what comes before the payload in the low-overhead format, section 5.2: the header with a
// size. At most kMaxObuHeaderSize bytes.
inline constexpr size_t kMaxObuHeaderSize = 2 + 5;
void WriteObuHeader(ByteWriter& writer, const Obu& obu);

struct Av1SequenceHeader {
  // In pixels, of the largest frame; 0 if it is 65536.
  uint16_t max_width = 0;
  uint16_t max_height = 0;
  bool reduced_still_picture_header = false;
};

// The payload of a sequence header OBU, as far as that. Nothing if it is cut off.
std::optional<Av1SequenceHeader> ReadAv1SequenceHeader(Bytes payload);

// Whether the payload of a frame or frame header OBU begins a key frame that is shown.
bool IsShownKeyFrame(Bytes payload, const Av1SequenceHeader& sequence);

}  // namespace baton::record
