#include "rtp/payload/picture_fields.h"

#include <algorithm>
#include <cstring>

namespace baton::rtp {
namespace {

constexpr uint8_t kWide = 0x80;  // M
constexpr uint16_t kWideFlag = kWide << 8;

// One past the last byte that a new number changes.
size_t EndOf(const PictureFields& fields) {
  size_t end = 0;
  if (fields.picture_id_bits != 0) {
    end = fields.picture_id_offset + (fields.picture_id_bits == 15 ? size_t{2} : size_t{1});
  }
  if (fields.has_tl0_picture_index) end = fields.tl0_picture_index_offset + size_t{1};
  return end;
}

}  // namespace

void ReadPictureId(ByteReader& reader, PictureFields& fields) {
  fields.picture_id_offset = static_cast<uint8_t>(reader.position());
  const uint8_t first = reader.U8();
  fields.picture_id = first & 0x7f;
  fields.picture_id_bits = 7;
  if ((first & kWide) == 0) return;
  fields.picture_id = static_cast<uint16_t>(fields.picture_id << 8 | reader.U8());
  fields.picture_id_bits = 15;
}

void ReadTl0PictureIndex(ByteReader& reader, PictureFields& fields) {
  fields.tl0_picture_index_offset = static_cast<uint8_t>(reader.position());
  fields.tl0_picture_index = reader.U8();
  fields.has_tl0_picture_index = true;
}

void SetPictureFields(const PictureFields& fields, FrameInfo& info) {
  info.picture_id = fields.picture_id;
  info.picture_id_bits = fields.picture_id_bits;
  info.tl0_picture_index = fields.tl0_picture_index;
  info.has_tl0_picture_index = fields.has_tl0_picture_index;
}

size_t RewritePictureFields(Bytes payload, const PictureFields& fields,
                            const PictureNumbers& numbers, MutableBytes out) {
  const size_t end = EndOf(fields);
  if (end == 0 || end > out.size()) return 0;
  std::memcpy(out.data(), payload.data(), end);
  if (fields.picture_id_bits == 15) {
    StoreU16(&out[fields.picture_id_offset], kWideFlag | numbers.picture_id);
  } else if (fields.picture_id_bits == 7) {
    out[fields.picture_id_offset] = numbers.picture_id & 0x7f;
  }
  if (fields.has_tl0_picture_index) {
    out[fields.tl0_picture_index_offset] = numbers.tl0_picture_index;
  }
  return end;
}

}  // namespace baton::rtp
