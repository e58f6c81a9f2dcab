#include "rtp/payload/vp9.h"

namespace baton::rtp {
namespace {

//   | TID |U| SID |D|
void ReadLayers(ByteReader& reader, Vp9Descriptor& descriptor) {
  const uint8_t layers = reader.U8();
  descriptor.has_layers = true;
  descriptor.temporal = layers >> 5;
  descriptor.switch_up = (layers & 0x10) != 0;
  descriptor.spatial = layers >> 1 & 0x07;
  descriptor.inter_layer = (layers & 0x01) != 0;
}

// False if there are more of them than the format has.
bool ReadReferences(ByteReader& reader, Vp9Descriptor& descriptor) {
  while (!descriptor.references.full()) {
    const uint8_t reference = reader.U8();
    descriptor.references.push_back(reference >> 1);
    const bool another_follows = (reference & 0x01) != 0;
    if (!another_follows) return true;
  }
  return false;
}

// RFC 9628 section 4.2.1.
//   | N_S |Y|G|-|-|-|
//   |  width, height, 2 octets each |  N_S + 1 times if Y
//   |      N_G      |  if G
//   | TID |U| R |-|-|  N_G times, each with R reference octets after it
void SkipScalabilityStructure(ByteReader& reader) {
  const uint8_t first = reader.U8();
  const size_t spatial_layers = 1 + (size_t{first} >> 5);
  const bool has_sizes = (first & 0x10) != 0;
  const bool has_group = (first & 0x08) != 0;
  if (has_sizes) reader.Skip(4 * spatial_layers);
  if (!has_group) return;
  for (size_t pictures = reader.U8(); pictures > 0; --pictures) {
    reader.Skip(reader.U8() >> 2 & 0x03);
  }
}

}  // namespace

std::optional<Vp9Descriptor> ReadVp9(Bytes payload) {
  ByteReader reader(payload);
  const uint8_t first = reader.U8();
  Vp9Descriptor descriptor;
  descriptor.inter_picture = (first & 0x40) != 0;
  descriptor.flexible = (first & 0x10) != 0;
  descriptor.starts_frame = (first & 0x08) != 0;
  descriptor.ends_frame = (first & 0x04) != 0;
  descriptor.has_structure = (first & 0x02) != 0;
  descriptor.not_for_upper = (first & 0x01) != 0;
  if ((first & 0x80) != 0) ReadPictureId(reader, descriptor.picture);
  if ((first & 0x20) != 0) {
    ReadLayers(reader, descriptor);
    if (!descriptor.flexible) ReadTl0PictureIndex(reader, descriptor.picture);
  }
  if (descriptor.flexible && descriptor.inter_picture && !ReadReferences(reader, descriptor)) {
    return std::nullopt;
  }
  if (descriptor.has_structure) SkipScalabilityStructure(reader);
  if (!reader.ok()) return std::nullopt;
  descriptor.size = static_cast<uint16_t>(reader.position());
  return descriptor;
}

FrameInfo ReadVp9FrameInfo(Bytes payload) {
  const std::optional<Vp9Descriptor> descriptor = ReadVp9(payload);
  FrameInfo info;
  if (!descriptor) return info;
  SetPictureFields(descriptor->picture, info);
  info.has_layers = descriptor->has_layers;
  info.spatial = descriptor->spatial;
  info.temporal = descriptor->temporal;
  info.temporal_switch_up = descriptor->switch_up;
  info.inter_layer = descriptor->inter_layer;
  info.starts_frame = descriptor->starts_frame;
  info.ends_frame = descriptor->ends_frame;
  info.begins_key_frame =
      descriptor->starts_frame && !descriptor->inter_picture && descriptor->spatial == 0;
  return info;
}

size_t RewriteVp9(Bytes payload, const PictureNumbers& numbers, MutableBytes out) {
  const std::optional<Vp9Descriptor> descriptor = ReadVp9(payload);
  return descriptor ? RewritePictureFields(payload, descriptor->picture, numbers, out) : 0;
}

}  // namespace baton::rtp
