#include "rtp/rtcp.h"

#include <array>

namespace baton::rtp {
namespace {

// RFC 3550 section 6.4.1: the packet header.
//   |V=2|P|  count  |  packet type  |   length in words, minus one   |
constexpr size_t kHeaderSize = 4;
constexpr size_t kReportBlockSize = 24;
constexpr size_t kSenderInfoSize = 24;     // with the sender's SSRC
constexpr size_t kFeedbackHeaderSize = 8;  // sender and media SSRC
constexpr size_t kNackEntrySize = 4;
constexpr size_t kTmmbrEntrySize = 8;
constexpr size_t kFullIntraEntrySize = 8;
constexpr size_t kTransportWideMinimum = 8;  // base sequence, count, reference time, feedback count
constexpr size_t kRembMinimum = 8;           // "REMB", number of SSRCs, bitrate
constexpr uint32_t kRembIdentifier = 0x52454d42;

// `size` bytes are one or more whole entries.
constexpr bool AreEntries(size_t size, size_t entry_size) {
  return size >= entry_size && size % entry_size == 0;
}

// Chunks of a source and its items; a zero byte ends the items and zeros fill up the word. RFC 3550
// section 6.5.
bool IsSourceDescription(size_t chunks, Bytes body) {
  ByteReader reader(body);
  for (size_t i = 0; i < chunks; ++i) {
    reader.Skip(4);
    while (reader.U8() != 0) reader.Skip(reader.U8());
    if (!reader.ok()) return false;
    reader.Skip((4 - reader.position() % 4) % 4);
  }
  return reader.ok() && reader.remaining() == 0;
}

// Sources, then perhaps a counted reason. RFC 3550 section 6.6.
bool IsGoodbye(size_t sources, Bytes body) {
  ByteReader reader(body);
  reader.Skip(4 * sources);
  if (reader.remaining() > 0) reader.Skip(reader.U8());
  return reader.ok();
}

std::optional<RtcpKind> TransportFeedbackKind(uint8_t format, Bytes body) {
  if (body.size() < kFeedbackHeaderSize) return std::nullopt;
  const size_t size = body.size() - kFeedbackHeaderSize;
  bool fits = true;
  RtcpKind kind = RtcpKind::kOtherTransportFeedback;
  switch (format) {
    case kFormatNack:
      kind = RtcpKind::kNack;
      fits = AreEntries(size, kNackEntrySize);
      break;
    case kFormatTmmbr:
      kind = RtcpKind::kTmmbr;
      fits = AreEntries(size, kTmmbrEntrySize);
      break;
    case kFormatTransportWide:
      kind = RtcpKind::kTransportWide;
      fits = size >= kTransportWideMinimum;
      break;
    default:
      break;
  }
  return fits ? std::optional(kind) : std::nullopt;
}

// An application layer feedback is a REMB if it says so and its SSRCs fill it; anything else of
// that format is another application's business.
bool IsRemb(Bytes control) {
  return control.size() >= kRembMinimum && LoadU32(control.data()) == kRembIdentifier &&
         control.size() == kRembMinimum + size_t{4} * control[4];
}

std::optional<RtcpKind> PayloadFeedbackKind(uint8_t format, Bytes body) {
  if (body.size() < kFeedbackHeaderSize) return std::nullopt;
  const Bytes control = body.subspan(kFeedbackHeaderSize);
  bool fits = true;
  RtcpKind kind = RtcpKind::kOtherPayloadFeedback;
  switch (format) {
    case kFormatPictureLoss:
      kind = RtcpKind::kPictureLoss;
      fits = control.empty();
      break;
    case kFormatFullIntraRequest:
      kind = RtcpKind::kFullIntraRequest;
      fits = AreEntries(control.size(), kFullIntraEntrySize);
      break;
    case kFormatApplicationLayer:
      if (IsRemb(control)) kind = RtcpKind::kRemb;
      break;
    default:
      break;
  }
  return fits ? std::optional(kind) : std::nullopt;
}

// The kind of a packet, or nothing if its body has not the shape that its type and count promise.
std::optional<RtcpKind> KindOf(uint8_t type, uint8_t count, Bytes body) {
  const size_t blocks = kReportBlockSize * count;
  bool fits = true;
  RtcpKind kind = RtcpKind::kOther;
  switch (type) {
    case kTypeSenderReport:
      kind = RtcpKind::kSenderReport;
      fits = body.size() >= kSenderInfoSize + blocks;
      break;
    case kTypeReceiverReport:
      kind = RtcpKind::kReceiverReport;
      fits = body.size() >= sizeof(uint32_t) + blocks;
      break;
    case kTypeSourceDescription:
      kind = RtcpKind::kSourceDescription;
      fits = IsSourceDescription(count, body);
      break;
    case kTypeGoodbye:
      kind = RtcpKind::kGoodbye;
      fits = IsGoodbye(count, body);
      break;
    case kTypeApplication:
      kind = RtcpKind::kApplication;
      fits = body.size() >= 2 * sizeof(uint32_t);  // source and name
      break;
    case kTypeTransportFeedback:
      return TransportFeedbackKind(count, body);
    case kTypePayloadFeedback:
      return PayloadFeedbackKind(count, body);
    case kTypeExtendedReport:
      kind = RtcpKind::kExtendedReport;
      fits = body.size() >= sizeof(uint32_t);
      break;
    default:
      fits = type >= 192 && type <= 223;  // RFC 5761 section 4
      break;
  }
  return fits ? std::optional(kind) : std::nullopt;
}

struct FramedPacket {
  RtcpPacket packet;
  size_t size = 0;  // with header and padding
};

// Reads the packet that `bytes` begin with.
std::optional<FramedPacket> ReadPacket(Bytes bytes) {
  ByteReader reader(bytes);
  const uint8_t first = reader.U8();
  const uint8_t type = reader.U8();
  const size_t body_size = size_t{4} * reader.U16();
  Bytes body = reader.Slice(body_size);
  if (!reader.ok() || first >> 6 != 2) return std::nullopt;

  const uint8_t count = first & 0x1f;
  const bool padded = (first & 0x20) != 0;
  if (padded) {
    if (reader.remaining() > 0 || body.empty()) return std::nullopt;  // not the last packet
    const size_t padding = body.back();
    const bool any_size = type == kTypeTransportFeedback && count == kFormatTransportWide;
    if (padding == 0 || padding > body.size()) return std::nullopt;
    if (padding % 4 != 0 && !any_size) return std::nullopt;
    body = body.first(body.size() - padding);
  }
  const std::optional<RtcpKind> kind = KindOf(type, count, body);
  if (!kind) return std::nullopt;
  return FramedPacket{{*kind, type, count, body}, kHeaderSize + body_size};
}

}  // namespace

std::string_view Name(RtcpKind kind) {
  static constexpr std::array<std::string_view, kRtcpKinds> kNames = {
      "sr",          "rr",  "sdes", "bye",  "app",        "nack", "tmmbr", "twcc",
      "rtpfb_other", "pli", "fir",  "remb", "psfb_other", "xr",   "other"};
  return kNames[static_cast<size_t>(kind)];
}

std::optional<RtcpPacket> CompoundReader::Next() {
  const std::optional<FramedPacket> framed = ReadPacket(rest_);
  if (!framed) return std::nullopt;
  rest_ = rest_.subspan(framed->size);
  return framed->packet;
}

std::optional<CompoundReader> ParseCompound(Bytes datagram, bool allow_reduced_size) {
  Bytes rest = datagram;
  bool first = true;
  do {
    const std::optional<FramedPacket> framed = ReadPacket(rest);
    if (!framed) return std::nullopt;
    const bool report = framed->packet.kind == RtcpKind::kSenderReport ||
                        framed->packet.kind == RtcpKind::kReceiverReport;
    if (first && !report && !allow_reduced_size) return std::nullopt;
    first = false;
    rest = rest.subspan(framed->size);
  } while (!rest.empty());
  return CompoundReader(datagram);
}

}  // namespace baton::rtp
