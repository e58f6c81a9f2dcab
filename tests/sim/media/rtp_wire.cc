#include "tests/sim/media/rtp_wire.h"

#include <algorithm>

namespace baton::sim {
namespace {

constexpr uint16_t kOneByteForm = 0xBEDE;

// Where the extension's elements are; empty if there is none of the one-byte form. The datagram has
// a fixed header.
Bytes ExtensionElements(Bytes datagram) {
  const size_t at = kRtpHeaderSize + 4 * size_t{datagram[0] & 0x0fu};
  if ((datagram[0] & 0x10) == 0 || datagram.size() < at + 4) return {};
  const size_t size = 4 * size_t{LoadU16(&datagram[at + 2])};
  if (LoadU16(&datagram[at]) != kOneByteForm || datagram.size() < at + 4 + size) return {};
  return datagram.subspan(at + 4, size);
}

}  // namespace

size_t WriteRtpHeader(const WirePacket& packet, std::span<const ExtensionValue> extensions,
                      MutableBytes out) {
  out[0] = static_cast<uint8_t>(0x80 | (extensions.empty() ? 0 : 0x10));
  out[1] = static_cast<uint8_t>((packet.marker ? 0x80 : 0) | packet.payload_type);
  StoreU16(&out[2], packet.sequence);
  StoreU32(&out[4], packet.timestamp);
  StoreU32(&out[8], packet.ssrc);
  if (extensions.empty()) return kRtpHeaderSize;
  size_t at = kRtpHeaderSize + 4;
  for (const ExtensionValue& extension : extensions) {
    out[at++] = static_cast<uint8_t>(extension.id << 4 | (extension.value.size() - 1));
    std::copy(extension.value.begin(), extension.value.end(), out.begin() + static_cast<long>(at));
    at += extension.value.size();
  }
  while (at % 4 != 0) out[at++] = 0;
  StoreU16(&out[kRtpHeaderSize], kOneByteForm);
  StoreU16(&out[kRtpHeaderSize + 2], static_cast<uint16_t>((at - kRtpHeaderSize - 4) / 4));
  return at;
}

std::optional<WirePacket> ReadRtp(Bytes datagram) {
  if (datagram.size() < kRtpHeaderSize || datagram[0] >> 6 != 2) return std::nullopt;
  WirePacket packet;
  packet.marker = (datagram[1] & 0x80) != 0;
  packet.payload_type = datagram[1] & 0x7f;
  packet.sequence = LoadU16(&datagram[2]);
  packet.timestamp = LoadU32(&datagram[4]);
  packet.ssrc = LoadU32(&datagram[8]);
  size_t at = kRtpHeaderSize + 4 * size_t{datagram[0] & 0x0fu};
  if ((datagram[0] & 0x10) != 0) {
    if (datagram.size() < at + 4) return std::nullopt;
    at += 4 + 4 * size_t{LoadU16(&datagram[at + 2])};
  }
  const size_t padding = (datagram[0] & 0x20) != 0 ? datagram.back() : 0;
  if (at + padding > datagram.size()) return std::nullopt;
  packet.payload = datagram.subspan(at, datagram.size() - at - padding);
  return packet;
}

std::optional<Bytes> FindExtensionValue(Bytes datagram, uint8_t id) {
  const Bytes elements = ExtensionElements(datagram);
  for (size_t at = 0; at < elements.size();) {
    if (elements[at] == 0) {
      ++at;
      continue;
    }
    const size_t size = (elements[at] & 0x0fu) + 1;
    if (at + 1 + size > elements.size()) return std::nullopt;
    if (elements[at] >> 4 == id) return elements.subspan(at + 1, size);
    at += 1 + size;
  }
  return std::nullopt;
}

}  // namespace baton::sim
