#include "rtp/rtcp_body.h"

#include <bit>
#include <limits>

#include "rtp/sequence.h"

namespace baton::rtp {
namespace {

constexpr size_t kSenderInfoSize = 24;
constexpr size_t kReportBlockSize = 24;
constexpr size_t kFeedbackHeaderSize = 8;
constexpr size_t kFullIntraEntrySize = 8;
constexpr size_t kRembSourcesOffset = 8;

// The rest of a body from `offset`; nothing of it if it is shorter.
ByteReader ReadFrom(Bytes body, size_t offset) {
  ByteReader reader(body);
  reader.Skip(offset);
  return reader;
}

int32_t SignExtend24(uint32_t value) { return static_cast<int32_t>(value << 8) >> 8; }

}  // namespace

Ssrc Sender(const RtcpPacket& packet) { return Ssrc(ByteReader(packet.body).U32()); }

SenderInfo ReadSenderInfo(const RtcpPacket& packet) {
  if (packet.kind != RtcpKind::kSenderReport) return {};
  ByteReader reader(packet.body);
  SenderInfo info;
  info.sender = Ssrc(reader.U32());
  info.ntp_timestamp = reader.U64();
  info.rtp_timestamp = RtpTimestamp(reader.U32());
  info.packet_count = reader.U32();
  info.octet_count = reader.U32();
  return info;
}

ReportBlock ReadReportBlock(const RtcpPacket& packet, size_t i) {
  size_t before = 0;
  if (packet.kind == RtcpKind::kSenderReport) {
    before = kSenderInfoSize;
  } else if (packet.kind == RtcpKind::kReceiverReport) {
    before = sizeof(uint32_t);
  } else {
    return {};
  }
  ByteReader reader = ReadFrom(packet.body, before + i * kReportBlockSize);
  ReportBlock block;
  block.source = Ssrc(reader.U32());
  block.fraction_lost = reader.U8();
  block.cumulative_lost = SignExtend24(reader.U24());
  block.highest_sequence = reader.U32();
  block.jitter = reader.U32();
  block.last_sender_report = reader.U32();
  block.delay_since_last = reader.U32();
  return block;
}

Ssrc ReadGoodbyeSource(const RtcpPacket& packet, size_t i) {
  if (packet.kind != RtcpKind::kGoodbye) return {};
  return Ssrc(ReadFrom(packet.body, 4 * i).U32());
}

Bytes ReadGoodbyeReason(const RtcpPacket& packet) {
  if (packet.kind != RtcpKind::kGoodbye) return {};
  ByteReader reader = ReadFrom(packet.body, size_t{4} * packet.count);
  return reader.remaining() > 0 ? reader.Slice(reader.U8()) : Bytes();
}

SdesReader::SdesReader(const RtcpPacket& packet)
    : reader_(packet.body),
      chunks_left_(packet.kind == RtcpKind::kSourceDescription ? packet.count : 0) {}

std::optional<SdesItem> SdesReader::Next() {
  while (in_chunk_ || chunks_left_ > 0) {
    if (!in_chunk_) {
      source_ = Ssrc(reader_.U32());
      in_chunk_ = true;
      --chunks_left_;
    }
    const uint8_t type = reader_.U8();
    if (type != 0) return SdesItem{source_, type, reader_.Slice(reader_.U8())};
    reader_.Skip((4 - reader_.position() % 4) % 4);
    in_chunk_ = false;
  }
  return std::nullopt;
}

Ssrc FeedbackMedia(const RtcpPacket& packet) { return Ssrc(ReadFrom(packet.body, 4).U32()); }

Bytes FeedbackControl(const RtcpPacket& packet) {
  return ReadFrom(packet.body, kFeedbackHeaderSize).Rest();
}

NackReader::NackReader(const RtcpPacket& packet)
    : reader_(packet.kind == RtcpKind::kNack ? FeedbackControl(packet) : Bytes()) {}

std::optional<SequenceNumber> NackReader::Next() {
  if (pending_ == 0) {
    if (reader_.remaining() == 0) return std::nullopt;
    packet_id_ = SequenceNumber(reader_.U16());
    pending_ = uint32_t{reader_.U16()} << 1 | 1;
  }
  const int step = std::countr_zero(pending_);
  pending_ &= pending_ - 1;
  return Add(packet_id_, step);
}

size_t FullIntraEntries(const RtcpPacket& packet) {
  if (packet.kind != RtcpKind::kFullIntraRequest) return 0;
  return FeedbackControl(packet).size() / kFullIntraEntrySize;
}

FullIntraEntry ReadFullIntraEntry(const RtcpPacket& packet, size_t i) {
  ByteReader reader = ReadFrom(FeedbackControl(packet), i * kFullIntraEntrySize);
  FullIntraEntry entry;
  entry.source = Ssrc(reader.U32());
  entry.command_sequence = reader.U8();
  return entry;
}

// "REMB", a count of SSRCs, then 6 bits of exponent and 18 bits of mantissa.
uint64_t ReadRembBitrate(const RtcpPacket& packet) {
  if (packet.kind != RtcpKind::kRemb) return 0;
  const uint32_t rate = ReadFrom(FeedbackControl(packet), 5).U24();
  const uint32_t exponent = rate >> 18;
  const uint64_t mantissa = rate & 0x3ffff;
  const bool overflows = mantissa > std::numeric_limits<uint64_t>::max() >> exponent;
  return overflows ? std::numeric_limits<uint64_t>::max() : mantissa << exponent;
}

size_t RembSources(const RtcpPacket& packet) {
  if (packet.kind != RtcpKind::kRemb) return 0;
  return ReadFrom(FeedbackControl(packet), 4).U8();
}

Ssrc ReadRembSource(const RtcpPacket& packet, size_t i) {
  return Ssrc(ReadFrom(FeedbackControl(packet), kRembSourcesOffset + 4 * i).U32());
}

}  // namespace baton::rtp
