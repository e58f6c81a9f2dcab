#include "rtp/packet.h"

namespace baton::rtp {
namespace {

constexpr size_t kExtensionHeaderSize = 4;

}  // namespace

std::optional<PacketView> ParsePacket(Bytes datagram) {
  if (datagram.size() > kMaxPacketSize) return std::nullopt;
  ByteReader reader(datagram);
  const uint8_t first = reader.U8();
  const uint8_t second = reader.U8();
  PacketView packet;
  packet.datagram = datagram;
  packet.csrc_count = first & 0x0f;
  packet.has_extension = (first & 0x10) != 0;
  packet.marker = (second & 0x80) != 0;
  packet.payload_type = PayloadType(second & 0x7f);
  packet.sequence = SequenceNumber(reader.U16());
  packet.timestamp = RtpTimestamp(reader.U32());
  packet.ssrc = Ssrc(reader.U32());
  reader.Skip(size_t{4} * packet.csrc_count);
  if (packet.has_extension) {
    packet.extension_profile = reader.U16();
    reader.Skip(size_t{4} * reader.U16());
  }
  if (!reader.ok() || first >> 6 != 2) return std::nullopt;
  packet.header_size = static_cast<uint16_t>(reader.position());

  const bool padded = (first & 0x20) != 0;
  if (padded) {
    if (reader.remaining() == 0) return std::nullopt;
    packet.padding_size = datagram.back();
    if (packet.padding_size == 0 || packet.padding_size > reader.remaining()) return std::nullopt;
  }
  return packet;
}

Bytes PacketView::extension() const {
  if (!has_extension) return {};
  const size_t begin = kFixedHeaderSize + 4 * size_t{csrc_count} + kExtensionHeaderSize;
  return header().subspan(begin);
}

ExtensionReader::ExtensionReader(const PacketView& packet)
    : ExtensionReader(packet.extension_profile, packet.extension()) {}

ExtensionReader::ExtensionReader(uint16_t profile, Bytes extension)
    : two_byte_form_(IsTwoByteExtensions(profile)),
      reader_(two_byte_form_ || profile == kOneByteExtensions ? extension : Bytes()) {}

std::optional<ExtensionElement> ExtensionReader::Next() {
  while (reader_.remaining() > 0) {
    const uint8_t first = reader_.U8();
    if (first == 0) continue;  // padding, in both forms
    ExtensionElement element;
    if (two_byte_form_) {
      element.id = first;
      element.data = reader_.Slice(reader_.U8());
    } else {
      element.id = first >> 4;
      if (element.id == 0 || element.id == 15) break;
      element.data = reader_.Slice(size_t{first & 0x0fu} + 1);
    }
    if (!reader_.ok()) break;
    return element;
  }
  reader_ = ByteReader(Bytes());
  return std::nullopt;
}

size_t WritePacketHeader(const PacketHeader& header, MutableBytes out) {
  constexpr size_t kMaxWords = 0xffff;
  const size_t extension_size = header.extension_profile ? header.extension_data.size() : 0;
  if (header.csrcs.size() > kMaxCsrcs) return 0;
  if (extension_size % 4 != 0 || extension_size / 4 > kMaxWords) return 0;

  const uint8_t padding = header.padding ? 0x20 : 0;
  const uint8_t extension = header.extension_profile ? 0x10 : 0;
  const uint8_t marker = header.marker ? 0x80 : 0;
  ByteWriter writer(out);
  writer.U8(static_cast<uint8_t>(0x80 | padding | extension | header.csrcs.size()));
  writer.U8(static_cast<uint8_t>(marker | (header.payload_type.value() & 0x7f)));
  writer.U16(header.sequence.value());
  writer.U32(header.timestamp.value());
  writer.U32(header.ssrc.value());
  for (const Ssrc csrc : header.csrcs) writer.U32(csrc.value());
  if (header.extension_profile) {
    writer.U16(*header.extension_profile);
    writer.U16(static_cast<uint16_t>(extension_size / 4));
    writer.Copy(header.extension_data);
  }
  return writer.ok() ? writer.size() : 0;
}

}  // namespace baton::rtp
