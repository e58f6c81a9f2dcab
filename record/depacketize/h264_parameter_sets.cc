#include "record/depacketize/h264_parameter_sets.h"

#include <algorithm>
#include <array>

#include "base/fixed_vector.h"
#include "rtp/payload/bit_reader.h"

namespace baton::record {
namespace {

// What is read of a unit is at its beginning; scaling lists are the longest part, and have 8 x 64
// values at most.
constexpr size_t kMaxRead = 1024;

// The payload of a unit behind its header, without emulation prevention (section 7.4.1: of 0, 0, 3
// the 3 is left out).
class RawPayload {
 public:
  explicit RawPayload(Bytes unit) {
    size_t zeros = 0;
    for (size_t i = 1; i < unit.size() && size_ < bytes_.size(); ++i) {
      const bool prevention = zeros >= 2 && unit[i] == 3;
      zeros = unit[i] == 0 ? zeros + 1 : 0;
      if (!prevention) bytes_[size_++] = unit[i];
    }
  }

  Bytes bytes() const { return Bytes(bytes_).first(size_); }

 private:
  std::array<uint8_t, kMaxRead> bytes_;
  size_t size_ = 0;
};

// Exp-Golomb codes, section 9.1. Of more than 32 bits there is none.
class GolombReader {
 public:
  explicit GolombReader(Bytes bytes) : bits_(bytes) {}

  bool ok() const { return ok_ && bits_.ok(); }
  uint32_t Bits(size_t count) { return bits_.Bits(count); }
  bool Flag() { return bits_.Flag(); }

  uint32_t Unsigned() {
    size_t zeros = 0;
    while (bits_.ok() && !bits_.Flag()) ++zeros;
    if (zeros >= 32) {
      ok_ = false;
      return 0;
    }
    return bits_.Bits(zeros) + (uint32_t{1} << zeros) - 1;
  }
  int64_t Signed() {
    const int64_t code = Unsigned();
    return code % 2 == 0 ? -(code / 2) : (code + 1) / 2;
  }

 private:
  rtp::BitReader bits_;
  bool ok_ = true;
};

// Section 7.3.2.1.1: those whose sets tell the chroma format.
bool TellsChromaFormat(uint32_t profile) {
  constexpr std::array<uint32_t, 13> kProfiles = {100, 110, 122, 244, 44,  83, 86,
                                                  118, 128, 138, 139, 134, 135};
  return std::find(kProfiles.begin(), kProfiles.end(), profile) != kProfiles.end();
}

// Section 7.3.2.1.1.1: differences up to the one that makes the value 0.
void SkipScalingList(GolombReader& reader, size_t size) {
  int64_t last = 8;
  int64_t next = 8;
  for (size_t i = 0; i < size && reader.ok(); ++i) {
    if (next != 0) next = (last + reader.Signed() + 256) % 256;
    if (next != 0) last = next;
  }
}

// Returns chroma_format_idc as the size of a chroma sample needs it: 0 if the planes are separate.
uint32_t ReadChromaFormat(GolombReader& reader) {
  const uint32_t chroma_format = reader.Unsigned();
  const bool separate_planes = chroma_format == 3 && reader.Flag();
  reader.Unsigned();  // bit_depth_luma_minus8
  reader.Unsigned();  // bit_depth_chroma_minus8
  reader.Flag();      // qpprime_y_zero_transform_bypass_flag
  const bool has_scaling_matrix = reader.Flag();
  if (has_scaling_matrix) {
    const size_t lists = chroma_format == 3 ? 12 : 8;
    for (size_t i = 0; i < lists; ++i) {
      if (reader.Flag()) SkipScalingList(reader, i < 6 ? 16 : 64);
    }
  }
  return separate_planes ? 0 : chroma_format;
}

void SkipPictureOrder(GolombReader& reader) {
  const uint32_t type = reader.Unsigned();
  if (type == 0) {
    reader.Unsigned();  // log2_max_pic_order_cnt_lsb_minus4
  } else if (type == 1) {
    reader.Flag();    // delta_pic_order_always_zero_flag
    reader.Signed();  // offset_for_non_ref_pic
    reader.Signed();  // offset_for_top_to_bottom_field
    const uint32_t cycle = reader.Unsigned();
    for (uint32_t i = 0; i < cycle && reader.ok(); ++i) reader.Signed();
  }
}

uint16_t Cropped(uint64_t whole, uint64_t cropped) {
  const uint64_t size = cropped < whole ? whole - cropped : 0;
  return size <= UINT16_MAX ? static_cast<uint16_t>(size) : uint16_t{0};
}

// Section 7.4.2.1.1: sizes are in macroblocks of 16 x 16, and what is cropped is in units of chroma
// samples, of which a field has half the lines.
void ReadSize(GolombReader& reader, uint32_t chroma_format, SequenceParameterSet& set) {
  const uint64_t width = 16 * (uint64_t{reader.Unsigned()} + 1);
  const uint64_t map_units = uint64_t{reader.Unsigned()} + 1;
  const bool frames_only = reader.Flag();
  if (!frames_only) reader.Flag();  // mb_adaptive_frame_field_flag
  const uint64_t fields = frames_only ? 1 : 2;
  const uint64_t height = 16 * map_units * fields;
  reader.Flag();  // direct_8x8_inference_flag
  uint64_t crop_x = 0;
  uint64_t crop_y = 0;
  const bool is_cropped = reader.Flag();
  if (is_cropped) {
    crop_x = uint64_t{reader.Unsigned()} + reader.Unsigned();
    crop_y = uint64_t{reader.Unsigned()} + reader.Unsigned();
  }
  const uint64_t chroma_width = chroma_format == 1 || chroma_format == 2 ? 2 : 1;
  const uint64_t chroma_height = chroma_format == 1 ? 2 : 1;
  set.width = Cropped(width, crop_x * chroma_width);
  set.height = Cropped(height, crop_y * chroma_height * fields);
}

}  // namespace

std::optional<SequenceParameterSet> ReadSequenceParameterSet(Bytes unit) {
  const RawPayload raw(unit);
  GolombReader reader(raw.bytes());
  const uint32_t profile = reader.Bits(8);
  reader.Bits(8);  // constraint flags
  reader.Bits(8);  // level_idc
  const uint32_t id = reader.Unsigned();
  if (id >= kMaxSequenceParameterSets) return std::nullopt;
  const uint32_t chroma_format = TellsChromaFormat(profile) ? ReadChromaFormat(reader) : 1;
  reader.Unsigned();  // log2_max_frame_num_minus4
  SkipPictureOrder(reader);
  reader.Unsigned();  // max_num_ref_frames
  reader.Flag();      // gaps_in_frame_num_value_allowed_flag
  SequenceParameterSet set{.id = static_cast<uint8_t>(id)};
  ReadSize(reader, chroma_format, set);
  return reader.ok() ? std::optional(set) : std::nullopt;
}

std::optional<PictureParameterSet> ReadPictureParameterSet(Bytes unit) {
  const RawPayload raw(unit);
  GolombReader reader(raw.bytes());
  const uint32_t id = reader.Unsigned();
  const uint32_t sequence_id = reader.Unsigned();
  const bool in_range = id < kMaxPictureParameterSets && sequence_id < kMaxSequenceParameterSets;
  if (!reader.ok() || !in_range) return std::nullopt;
  return PictureParameterSet{static_cast<uint8_t>(id), static_cast<uint8_t>(sequence_id)};
}

std::optional<SliceHeader> ReadSliceHeader(Bytes unit) {
  const RawPayload raw(unit.first(std::min(unit.size(), size_t{32})));
  GolombReader reader(raw.bytes());
  SliceHeader header{.first_macroblock = reader.Unsigned()};
  reader.Unsigned();  // slice_type
  const uint32_t id = reader.Unsigned();
  if (!reader.ok() || id >= kMaxPictureParameterSets) return std::nullopt;
  header.picture_set_id = static_cast<uint8_t>(id);
  return header;
}

}  // namespace baton::record
