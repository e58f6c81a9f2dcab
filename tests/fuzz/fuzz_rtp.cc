// RTP: what ParsePacket() lets through makes up the datagram, is written back byte for byte, and a
// rewritten header changes what it says and nothing else.
#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "rtp/classify.h"
#include "rtp/packet.h"
#include "rtp/rewrite.h"

using namespace baton;
using namespace baton::rtp;

namespace {

void CheckExtensions(const PacketView& packet) {
  const Bytes extension = packet.extension();
  ExtensionReader reader(packet);
  size_t used = 0;
  while (const auto element = reader.Next()) {
    BATON_CHECK(element->id != 0);
    const auto offset = static_cast<size_t>(element->data.data() - extension.data());
    BATON_CHECK(offset >= used && offset + element->data.size() <= extension.size());
    used = offset + element->data.size();
  }
}

void CheckRewrite(const PacketView& packet) {
  const HeaderRewrite rewrite = {PayloadType(101), SequenceNumber(0xabcd), RtpTimestamp(0x1234567),
                                 Ssrc(0x89abcdef)};
  std::vector<uint8_t> copy(packet.datagram.begin(), packet.datagram.end());
  RewriteFixedHeader(HeaderStart::Of(packet.datagram), rewrite,
                     MutableBytes(copy).first<kFixedHeaderSize>());
  const auto again = ParsePacket(copy);
  BATON_CHECK(again);
  BATON_CHECK(again->payload_type == rewrite.payload_type && again->sequence == rewrite.sequence);
  BATON_CHECK(again->timestamp == rewrite.timestamp && again->ssrc == rewrite.ssrc);
  BATON_CHECK(again->marker == packet.marker && again->header_size == packet.header_size);
  BATON_CHECK(std::ranges::equal(again->payload(), packet.payload()));
}

void CheckWriteIsInverse(const PacketView& packet) {
  std::array<Ssrc, kMaxCsrcs> csrcs;
  for (size_t i = 0; i < packet.csrc_count; ++i) csrcs[i] = packet.csrc(i);
  PacketHeader header;
  header.sequence = packet.sequence;
  header.timestamp = packet.timestamp;
  header.ssrc = packet.ssrc;
  header.payload_type = packet.payload_type;
  header.marker = packet.marker;
  header.padding = packet.padding_size > 0;
  header.csrcs = std::span(csrcs).first(packet.csrc_count);
  if (packet.has_extension) header.extension_profile = packet.extension_profile;
  header.extension_data = packet.extension();
  std::vector<uint8_t> written(packet.header_size);
  BATON_CHECK(WritePacketHeader(header, written) == packet.header_size);
  BATON_CHECK(std::ranges::equal(written, packet.header()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Bytes datagram(data, size);
  const DatagramKind kind = ClassifyDatagram(datagram);
  const auto packet = ParsePacket(datagram);
  if (!packet) return 0;
  BATON_CHECK(kind == DatagramKind::kRtp || kind == DatagramKind::kRtcp);
  BATON_CHECK(packet->header().size() + packet->payload().size() + packet->padding_size == size);
  CheckExtensions(*packet);
  CheckRewrite(*packet);
  CheckWriteIsInverse(*packet);
  return 0;
}
