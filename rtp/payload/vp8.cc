#include "rtp/payload/vp8.h"

namespace baton::rtp {
namespace {

// X: what optional octets there are.
void ReadExtension(ByteReader& reader, Vp8Descriptor& descriptor) {
  const uint8_t present = reader.U8();
  if ((present & 0x80) != 0) ReadPictureId(reader, descriptor.picture);
  if ((present & 0x40) != 0) ReadTl0PictureIndex(reader, descriptor.picture);
  const bool has_key_index = (present & 0x10) != 0;
  descriptor.has_temporal = (present & 0x20) != 0;
  if (descriptor.has_temporal || has_key_index) {
    const uint8_t layer = reader.U8();
    if (descriptor.has_temporal) {
      descriptor.temporal = layer >> 6;
      descriptor.layer_sync = (layer & 0x20) != 0;
    }
  }
}

}  // namespace

std::optional<Vp8Descriptor> ReadVp8(Bytes payload) {
  ByteReader reader(payload);
  Vp8Descriptor descriptor;
  const uint8_t first = reader.U8();
  descriptor.non_reference = (first & 0x20) != 0;
  descriptor.starts_partition = (first & 0x10) != 0;
  descriptor.partition = first & 0x07;
  if ((first & 0x80) != 0) ReadExtension(reader, descriptor);
  if (!reader.ok()) return std::nullopt;
  descriptor.size = static_cast<uint8_t>(reader.position());

  // RFC 7741 section 4.3: P, the lowest bit of the payload header, is 0 in a key frame.
  const bool has_payload_header = descriptor.starts_frame() && reader.remaining() > 0;
  descriptor.key_frame = has_payload_header && (reader.U8() & 0x01) == 0;
  return descriptor;
}

FrameInfo ReadVp8FrameInfo(Bytes payload) {
  const std::optional<Vp8Descriptor> descriptor = ReadVp8(payload);
  FrameInfo info;
  if (!descriptor) return info;
  SetPictureFields(descriptor->picture, info);
  info.has_layers = descriptor->has_temporal;
  info.temporal = descriptor->temporal;
  info.temporal_layer_sync = descriptor->layer_sync;
  info.starts_frame = descriptor->starts_frame();
  info.begins_key_frame = descriptor->key_frame;
  return info;
}

size_t RewriteVp8(Bytes payload, const PictureNumbers& numbers, MutableBytes out) {
  const std::optional<Vp8Descriptor> descriptor = ReadVp8(payload);
  return descriptor ? RewritePictureFields(payload, descriptor->picture, numbers, out) : 0;
}

}  // namespace baton::rtp
