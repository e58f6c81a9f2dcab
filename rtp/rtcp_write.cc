#include "rtp/rtcp_write.h"

#include <algorithm>
#include <cstdint>

#include "base/check.h"
#include "rtp/rtcp_packet_scope.h"
#include "rtp/sequence.h"

namespace baton::rtp {
namespace {

constexpr size_t kMaxText = 255;
constexpr uint32_t kRembIdentifier = 0x52454d42;  // "REMB"
constexpr uint32_t kMaxRembMantissa = 0x3ffff;    // 18 bits

// A length byte and the text, cut to what that byte can say.
void WriteCounted(std::string_view text, ByteWriter& out) {
  const std::string_view cut = text.substr(0, kMaxText);
  out.U8(static_cast<uint8_t>(cut.size()));
  for (const char c : cut) out.U8(static_cast<uint8_t>(c));
}

void WriteReportBlocks(std::span<const ReportBlock> blocks, ByteWriter& out) {
  for (const ReportBlock& block : blocks) {
    out.U32(block.source.value());
    out.U8(block.fraction_lost);
    out.U24(static_cast<uint32_t>(block.cumulative_lost) & 0xffffff);
    out.U32(block.highest_sequence);
    out.U32(block.jitter);
    out.U32(block.last_sender_report);
    out.U32(block.delay_since_last);
  }
}

}  // namespace

void WriteSenderReport(const SenderInfo& info, std::span<const ReportBlock> blocks,
                       ByteWriter& out) {
  const RtcpPacketScope scope(kTypeSenderReport, blocks.size(), out);
  out.U32(info.sender.value());
  out.U64(info.ntp_timestamp);
  out.U32(info.rtp_timestamp.value());
  out.U32(info.packet_count);
  out.U32(info.octet_count);
  WriteReportBlocks(blocks, out);
}

void WriteReceiverReport(Ssrc sender, std::span<const ReportBlock> blocks, ByteWriter& out) {
  const RtcpPacketScope scope(kTypeReceiverReport, blocks.size(), out);
  out.U32(sender.value());
  WriteReportBlocks(blocks, out);
}

void WriteCname(Ssrc source, std::string_view cname, ByteWriter& out) {
  const RtcpPacketScope scope(kTypeSourceDescription, 1, out);
  out.U32(source.value());
  out.U8(kSdesCname);
  WriteCounted(cname, out);
  out.U8(0);  // the end of the items; more zeros fill up the word
  out.Zeros(scope.Misalignment());
}

void WriteGoodbye(std::span<const Ssrc> sources, std::string_view reason, ByteWriter& out) {
  const RtcpPacketScope scope(kTypeGoodbye, sources.size(), out);
  for (const Ssrc source : sources) out.U32(source.value());
  if (!reason.empty()) WriteCounted(reason, out);
  out.Zeros(scope.Misalignment());
}

void WritePictureLoss(Ssrc sender, Ssrc media, ByteWriter& out) {
  const RtcpPacketScope scope(kTypePayloadFeedback, kFormatPictureLoss, out);
  out.U32(sender.value());
  out.U32(media.value());
}

void WriteNack(Ssrc sender, Ssrc media, std::span<const SequenceNumber> lost, ByteWriter& out) {
  BATON_CHECK(!lost.empty());
  const RtcpPacketScope scope(kTypeTransportFeedback, kFormatNack, out);
  out.U32(sender.value());
  out.U32(media.value());
  for (size_t i = 0; i < lost.size();) {
    const SequenceNumber packet_id = lost[i];
    uint16_t following = 0;  // bit n: packet_id + n + 1 is lost too
    int last_step = 0;
    for (++i; i < lost.size(); ++i) {
      const int step = Distance(packet_id, lost[i]);
      if (step <= last_step || step > 16) break;
      following = static_cast<uint16_t>(following | 1 << (step - 1));
      last_step = step;
    }
    out.U16(packet_id.value());
    out.U16(following);
  }
}

void WriteFullIntraRequest(Ssrc sender, std::span<const FullIntraEntry> entries, ByteWriter& out) {
  BATON_CHECK(!entries.empty());
  const RtcpPacketScope scope(kTypePayloadFeedback, kFormatFullIntraRequest, out);
  out.U32(sender.value());
  out.U32(0);  // media source: the entries name theirs
  for (const FullIntraEntry& entry : entries) {
    out.U32(entry.source.value());
    out.U8(entry.command_sequence);
    out.U24(0);
  }
}

void WriteRemb(Ssrc sender, uint64_t bits_per_second, std::span<const Ssrc> sources,
               ByteWriter& out) {
  BATON_CHECK(sources.size() <= kMaxRembSources);
  uint32_t exponent = 0;
  while (bits_per_second >> exponent > kMaxRembMantissa) ++exponent;
  const auto mantissa = static_cast<uint32_t>(bits_per_second >> exponent);

  const RtcpPacketScope scope(kTypePayloadFeedback, kFormatApplicationLayer, out);
  out.U32(sender.value());
  out.U32(0);  // media source: unused
  out.U32(kRembIdentifier);
  out.U8(static_cast<uint8_t>(sources.size()));
  out.U24(exponent << 18 | mantissa);
  for (const Ssrc source : sources) out.U32(source.value());
}

}  // namespace baton::rtp
