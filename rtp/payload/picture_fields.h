// The numbers of pictures in the payload descriptors of VP8 and VP9, which write them alike: a
// picture ID of one octet or, with M, of two, and a TL0PICIDX of one.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "rtp/payload/frame_info.h"

namespace baton::rtp {

// Offsets are from the beginning of the payload.
struct PictureFields {
  uint8_t picture_id_bits = 0;  // 15, 7 or 0: none
  uint8_t picture_id_offset = 0;
  uint16_t picture_id = 0;
  bool has_tl0_picture_index = false;
  uint8_t tl0_picture_index_offset = 0;
  uint8_t tl0_picture_index = 0;
};

// Each reads the field from where the payload's reader stands.
void ReadPictureId(ByteReader& reader, PictureFields& fields);
void ReadTl0PictureIndex(ByteReader& reader, PictureFields& fields);

void SetPictureFields(const PictureFields& fields, FrameInfo& info);

// As RewriteDescriptor() of rtp/payload/payload_format.h. `fields` were read from `payload`;
// nothing is written, and 0 returned, if `out` is too short.
size_t RewritePictureFields(Bytes payload, const PictureFields& fields,
                            const PictureNumbers& numbers, MutableBytes out);

}  // namespace baton::rtp
