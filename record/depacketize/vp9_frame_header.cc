#include "record/depacketize/vp9_frame_header.h"

#include "rtp/payload/bit_reader.h"

namespace baton::record {
namespace {

constexpr uint32_t kFrameMarker = 2;
constexpr uint32_t kSyncCode = 0x498342;
constexpr uint32_t kColorSpaceRgb = 7;
constexpr size_t kReferencesOfFrame = 3;

// color_config(), section 6.2.2.
void SkipColorConfig(rtp::BitReader& reader, uint32_t profile) {
  const bool has_subsampling = profile == 1 || profile == 3;
  if (profile >= 2) reader.Flag();  // ten_or_twelve_bit
  if (reader.Bits(3) == kColorSpaceRgb) {
    if (has_subsampling) reader.Flag();  // reserved
    return;
  }
  reader.Flag();                            // color_range
  if (has_subsampling) reader.Bits(2 + 1);  // in both directions, and a reserved bit
}

// frame_size(), section 6.2.3: each is told as one less than it is, so that 65536 is possible; that
// does not fit here and becomes 0.
void ReadFrameSize(rtp::BitReader& reader, Vp9FrameHeader& header) {
  header.width = static_cast<uint16_t>(reader.Bits(16) + 1);
  header.height = static_cast<uint16_t>(reader.Bits(16) + 1);
}

// What follows in a frame that refers to others, up to frame_size_with_refs(), section 6.2.5.
void ReadInterFrame(rtp::BitReader& reader, Vp9FrameHeader& header) {
  reader.Bits(8);                                                      // refresh_frame_flags
  for (size_t i = 0; i < kReferencesOfFrame; ++i) reader.Bits(3 + 1);  // index and sign bias
  for (size_t i = 0; i < kReferencesOfFrame; ++i) {
    const bool as_large_as_reference = reader.Flag();
    if (as_large_as_reference) return;
  }
  ReadFrameSize(reader, header);
}

}  // namespace

std::optional<Vp9FrameHeader> ReadVp9FrameHeader(Bytes frame) {
  rtp::BitReader reader(frame);
  if (reader.Bits(2) != kFrameMarker) return std::nullopt;
  const uint32_t low = reader.Bits(1);
  const uint32_t profile = reader.Bits(1) << 1 | low;
  if (profile == 3) reader.Flag();  // reserved
  Vp9FrameHeader header;
  const bool show_existing_frame = reader.Flag();
  if (show_existing_frame) {
    reader.Bits(3);
    return reader.ok() ? std::optional(header) : std::nullopt;
  }
  header.key_frame = !reader.Flag();
  const bool show_frame = reader.Flag();
  const bool error_resilient = reader.Flag();
  if (header.key_frame) {
    if (reader.Bits(24) != kSyncCode) return std::nullopt;
    SkipColorConfig(reader, profile);
    ReadFrameSize(reader, header);
  } else {
    const bool intra_only = show_frame ? false : reader.Flag();
    if (!error_resilient) reader.Bits(2);  // reset_frame_context
    if (!intra_only) ReadInterFrame(reader, header);
  }
  return reader.ok() ? std::optional(header) : std::nullopt;
}

}  // namespace baton::record
