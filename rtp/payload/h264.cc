#include "rtp/payload/h264.h"

#include <cstddef>
#include <cstdint>

namespace baton::rtp {
namespace {

// RFC 6184 tables 1 and 3, and ITU-T H.264 table 7-1.
constexpr uint8_t kSlice = 1;
constexpr uint8_t kDataPartitionA = 2;
constexpr uint8_t kIdrSlice = 5;
constexpr uint8_t kSequenceParameterSet = 7;
constexpr uint8_t kStapA = 24;
constexpr uint8_t kStapB = 25;
constexpr uint8_t kMtap16 = 26;
constexpr uint8_t kMtap24 = 27;
constexpr uint8_t kFuA = 28;
constexpr uint8_t kFuB = 29;

constexpr size_t kDecodingOrderNumberSize = 2;

constexpr uint8_t TypeOf(uint8_t header) { return header & 0x1f; }

// A NAL unit of `type` begins, whose bytes after its header are `body`. A slice begins with
// first_mb_in_slice, for which a single 1 bit means 0.
void AddUnit(uint8_t type, Bytes body, FrameInfo& info) {
  const bool first_slice = !body.empty() && (body[0] & 0x80) != 0;
  switch (type) {
    case kSlice:
    case kDataPartitionA:
      info.starts_frame |= first_slice;
      break;
    case kIdrSlice:
      info.starts_frame |= first_slice;
      info.begins_key_frame |= first_slice;
      break;
    case kSequenceParameterSet:
      info.begins_key_frame = true;
      break;
    default:
      break;
  }
}

// Units with two bytes of size before each, and between the two `skipped` bytes: an MTAP's offsets
// of decoding order and time.
FrameInfo ReadAggregate(ByteReader reader, size_t skipped) {
  FrameInfo info;
  while (reader.remaining() > 0) {
    const size_t size = reader.U16();
    reader.Skip(skipped);
    ByteReader unit(reader.Slice(size));
    const uint8_t header = unit.U8();
    if (!reader.ok() || !unit.ok()) return {};
    AddUnit(TypeOf(header), unit.Rest(), info);
  }
  return info;
}

//   |S|E|R|  Type   |
FrameInfo ReadFragment(ByteReader reader, size_t skipped) {
  const uint8_t header = reader.U8();
  reader.Skip(skipped);
  FrameInfo info;
  const bool first_fragment = (header & 0x80) != 0;
  if (reader.ok() && first_fragment) AddUnit(TypeOf(header), reader.Rest(), info);
  return info;
}

}  // namespace

FrameInfo ReadH264FrameInfo(Bytes payload) {
  ByteReader reader(payload);
  const uint8_t type = TypeOf(reader.U8());
  FrameInfo info;
  switch (type) {
    case kStapA:
      return ReadAggregate(reader, 0);
    case kStapB:
      reader.Skip(kDecodingOrderNumberSize);
      return ReadAggregate(reader, 0);
    case kMtap16:
      reader.Skip(kDecodingOrderNumberSize);
      return ReadAggregate(reader, 3);
    case kMtap24:
      reader.Skip(kDecodingOrderNumberSize);
      return ReadAggregate(reader, 4);
    case kFuA:
      return ReadFragment(reader, 0);
    case kFuB:
      return ReadFragment(reader, kDecodingOrderNumberSize);
    default:
      AddUnit(type, reader.Rest(), info);
      return info;
  }
}

}  // namespace baton::rtp
