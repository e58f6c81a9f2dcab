#include "stun/rfc3489.h"

#include "stun/attributes.h"

namespace baton::stun {
namespace {

constexpr uint16_t kBindingRequest = 0x0001;
constexpr uint16_t kBindingResponse = 0x0101;
constexpr AttributeType kChangeRequest{0x0003};

}  // namespace

bool LooksLikeRfc3489Request(Bytes datagram) {
  ByteReader reader(datagram);
  const uint16_t type = reader.U16();
  const size_t length = reader.U16();
  const uint32_t cookie = reader.U32();
  return reader.ok() && type == kBindingRequest && datagram.size() == kHeaderSize + length &&
         cookie != kMagicCookie;
}

bool IsPlainRfc3489Request(Bytes request) {
  ByteReader reader(request);
  reader.Skip(kHeaderSize);
  while (reader.remaining() > 0) {
    const AttributeType type{reader.U16()};
    const Bytes value = reader.Slice(reader.U16());
    if (!reader.ok()) return false;
    if (!IsComprehensionRequired(type)) continue;
    if (type != kChangeRequest || value.size() != 4 || LoadU32(value.data()) != 0) return false;
  }
  return true;
}

size_t WriteRfc3489Response(Bytes request, const TransportAddress& source, MutableBytes out) {
  const size_t address_size = source.ip.size();
  ByteWriter writer(out);
  writer.U16(kBindingResponse);
  writer.U16(static_cast<uint16_t>(kAttributeHeaderSize + 4 + address_size));
  writer.Copy(request.subspan(4, 16));
  writer.U16(static_cast<uint16_t>(AttributeType::kMappedAddress));
  writer.U16(static_cast<uint16_t>(4 + address_size));
  writer.U8(0);
  writer.U8(source.ip.is_v4() ? 1 : 2);
  writer.U16(source.port);
  writer.Copy(Bytes(source.ip.bytes()).first(address_size));
  return writer.ok() ? writer.size() : 0;
}

}  // namespace baton::stun
