#include "rtp/payload/av1.h"

namespace baton::rtp {
namespace {

// AV1 bitstream specification section 6.2.2.
constexpr uint8_t kObuSequenceHeader = 1;
constexpr uint8_t kObuFrameHeader = 3;
constexpr uint8_t kObuFrame = 6;

// leb128 (AV1 bitstream specification section 4.10.5): seven bits in each of at most 8 bytes, of
// which the last has not the highest bit.
void SkipLength(ByteReader& reader) {
  for (size_t i = 0; i < 8; ++i) {
    if ((reader.U8() & 0x80) == 0) return;
  }
}

// The type of the OBU with which the payload begins, behind the length that it has if W is 0.
//   |F| type  |X|S|-|
uint8_t FirstObuType(Bytes payload, const Av1AggregationHeader& header) {
  ByteReader reader(payload);
  reader.Skip(1);
  if (header.elements != 1) SkipLength(reader);
  return reader.U8() >> 3 & 0x0f;
}

}  // namespace

std::optional<Av1AggregationHeader> ReadAv1(Bytes payload) {
  if (payload.size() < 2) return std::nullopt;
  Av1AggregationHeader header;
  header.continues_previous = (payload[0] & 0x80) != 0;
  header.continues_in_next = (payload[0] & 0x40) != 0;
  header.elements = payload[0] >> 4 & 0x03;
  header.new_sequence = (payload[0] & 0x08) != 0;
  if (header.new_sequence && header.continues_previous) return std::nullopt;
  return header;
}

FrameInfo ReadAv1FrameInfo(Bytes payload) {
  const std::optional<Av1AggregationHeader> header = ReadAv1(payload);
  FrameInfo info;
  if (!header || header->continues_previous) return info;
  const uint8_t type = FirstObuType(payload, *header);
  info.starts_frame = header->new_sequence || type == kObuSequenceHeader ||
                      type == kObuFrameHeader || type == kObuFrame;
  info.begins_key_frame = header->new_sequence;
  return info;
}

}  // namespace baton::rtp
