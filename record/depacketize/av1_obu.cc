#include "record/depacketize/av1_obu.h"

#include "rtp/payload/bit_reader.h"

namespace baton::record {
namespace {

constexpr uint8_t kForbiddenBit = 0x80;
constexpr uint8_t kExtensionFlag = 0x04;
constexpr uint8_t kHasSizeField = 0x02;

constexpr uint32_t kKeyFrame = 0;

// uvlc(), section 4.10.3.
uint32_t ReadUvlc(rtp::BitReader& reader) {
  size_t zeros = 0;
  while (reader.ok() && !reader.Flag()) ++zeros;
  if (zeros >= 32) return UINT32_MAX;
  return reader.Bits(zeros) + static_cast<uint32_t>((uint64_t{1} << zeros) - 1);
}

// Of decoder_model_info(), section 5.5.4, what else has to be read; 0: there is none.
uint32_t ReadTimingInfo(rtp::BitReader& reader) {
  reader.Bits(32);  // num_units_in_display_tick
  reader.Bits(32);  // time_scale
  const bool equal_picture_interval = reader.Flag();
  if (equal_picture_interval) ReadUvlc(reader);  // num_ticks_per_picture_minus_1
  const bool has_decoder_model = reader.Flag();
  if (!has_decoder_model) return 0;
  const uint32_t buffer_delay_bits = reader.Bits(5) + 1;
  reader.Bits(32);  // num_units_in_decoding_tick
  reader.Bits(5);   // buffer_removal_time_length_minus_1
  reader.Bits(5);   // frame_presentation_time_length_minus_1
  return buffer_delay_bits;
}

// Section 5.5.1, from timing_info_present_flag to the last operating point.
void SkipOperatingPoints(rtp::BitReader& reader) {
  uint32_t buffer_delay_bits = 0;
  if (reader.Flag()) buffer_delay_bits = ReadTimingInfo(reader);
  const bool has_initial_display_delay = reader.Flag();
  const uint32_t operating_points = reader.Bits(5) + 1;
  for (uint32_t i = 0; i < operating_points; ++i) {
    reader.Bits(12);  // operating_point_idc
    const uint32_t level = reader.Bits(5);
    if (level > 7) reader.Flag();  // seq_tier
    if (buffer_delay_bits != 0 && reader.Flag()) {
      reader.Bits(buffer_delay_bits);  // decoder_buffer_delay
      reader.Bits(buffer_delay_bits);  // encoder_buffer_delay
      reader.Flag();                   // low_delay_mode_flag
    }
    if (has_initial_display_delay && reader.Flag()) reader.Bits(4);
  }
}

}  // namespace

std::optional<Obu> ReadObu(Bytes bytes) {
  ByteReader reader(bytes);
  Obu obu;
  obu.header = reader.U8();
  obu.type = static_cast<ObuType>(obu.header >> 3 & 0x0f);
  obu.has_extension = (obu.header & kExtensionFlag) != 0;
  if (obu.has_extension) obu.extension = reader.U8();
  const bool has_size = (obu.header & kHasSizeField) != 0;
  const size_t size = has_size ? ReadLeb128(reader) : reader.remaining();
  obu.payload = reader.Slice(size);
  if (!reader.ok() || (obu.header & kForbiddenBit) != 0) return std::nullopt;
  return obu;
}

uint32_t ReadLeb128(ByteReader& reader) {
  uint64_t value = 0;
  for (size_t i = 0; i < kMaxLeb128Size; ++i) {
    const uint8_t byte = reader.U8();
    value |= uint64_t{byte & 0x7fu} << 7 * i;
    if ((byte & 0x80) == 0 && value <= UINT32_MAX) return static_cast<uint32_t>(value);
    if ((byte & 0x80) == 0) break;
  }
  reader.Skip(SIZE_MAX);  // fails
  return 0;
}

void WriteLeb128(ByteWriter& writer, uint32_t value) {
  for (; value >= 0x80; value >>= 7) writer.U8(static_cast<uint8_t>(value | 0x80));
  writer.U8(static_cast<uint8_t>(value));
}

void WriteObuHeader(ByteWriter& writer, const Obu& obu) {
  writer.U8(obu.header | kHasSizeField);
  if (obu.has_extension) writer.U8(obu.extension);
  WriteLeb128(writer, static_cast<uint32_t>(obu.payload.size()));
}

std::optional<Av1SequenceHeader> ReadAv1SequenceHeader(Bytes payload) {
  rtp::BitReader reader(payload);
  Av1SequenceHeader header;
  reader.Bits(3);  // seq_profile
  reader.Flag();   // still_picture
  header.reduced_still_picture_header = reader.Flag();
  if (header.reduced_still_picture_header) {
    reader.Bits(5);  // seq_level_idx
  } else {
    SkipOperatingPoints(reader);
  }
  const uint32_t width_bits = reader.Bits(4) + 1;
  const uint32_t height_bits = reader.Bits(4) + 1;
  header.max_width = static_cast<uint16_t>(reader.Bits(width_bits) + 1);
  header.max_height = static_cast<uint16_t>(reader.Bits(height_bits) + 1);
  if (!reader.ok()) return std::nullopt;
  return header;
}

// uncompressed_header(), section 5.9.2.
bool IsShownKeyFrame(Bytes payload, const Av1SequenceHeader& sequence) {
  if (sequence.reduced_still_picture_header) return true;
  rtp::BitReader reader(payload);
  const bool show_existing_frame = reader.Flag();
  const uint32_t frame_type = reader.Bits(2);
  const bool show_frame = reader.Flag();
  return reader.ok() && !show_existing_frame && frame_type == kKeyFrame && show_frame;
}

}  // namespace baton::record
