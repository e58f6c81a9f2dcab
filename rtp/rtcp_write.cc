#include "rtp/rtcp_write.h"

#include <algorithm>
#include <cstdint>

#include "base/check.h"
#include "rtp/sequence.h"

namespace baton::rtp {
namespace {

constexpr size_t kMaxText = 255;

// Opens a packet when made; fills in its length, which must be a multiple of 4, when it goes.
class PacketScope {
 public:
  PacketScope(uint8_t type, size_t count, ByteWriter& out) : out_(out), begin_(out.size()) {
    BATON_CHECK(count <= kMaxRtcpCount);
    out.U8(static_cast<uint8_t>(0x80 | count));
    out.U8(type);
    out.U16(0);
  }
  ~PacketScope() {
    const size_t words = (out_.size() - begin_) / 4;
    if (out_.ok()) out_.PatchU16(begin_ + 2, static_cast<uint16_t>(words - 1));
  }
  PacketScope(const PacketScope&) = delete;
  PacketScope& operator=(const PacketScope&) = delete;

  // Bytes that are missing to a whole word.
  size_t Misalignment() const { return (4 - (out_.size() - begin_) % 4) % 4; }

 private:
  ByteWriter& out_;
  size_t begin_;
};

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
  const PacketScope scope(kTypeSenderReport, blocks.size(), out);
  out.U32(info.sender.value());
  out.U64(info.ntp_timestamp);
  out.U32(info.rtp_timestamp.value());
  out.U32(info.packet_count);
  out.U32(info.octet_count);
  WriteReportBlocks(blocks, out);
}

void WriteReceiverReport(Ssrc sender, std::span<const ReportBlock> blocks, ByteWriter& out) {
  const PacketScope scope(kTypeReceiverReport, blocks.size(), out);
  out.U32(sender.value());
  WriteReportBlocks(blocks, out);
}

void WriteCname(Ssrc source, std::string_view cname, ByteWriter& out) {
  const PacketScope scope(kTypeSourceDescription, 1, out);
  out.U32(source.value());
  out.U8(kSdesCname);
  WriteCounted(cname, out);
  out.U8(0);  // the end of the items; more zeros fill up the word
  out.Zeros(scope.Misalignment());
}

void WriteGoodbye(std::span<const Ssrc> sources, std::string_view reason, ByteWriter& out) {
  const PacketScope scope(kTypeGoodbye, sources.size(), out);
  for (const Ssrc source : sources) out.U32(source.value());
  if (!reason.empty()) WriteCounted(reason, out);
  out.Zeros(scope.Misalignment());
}

void WritePictureLoss(Ssrc sender, Ssrc media, ByteWriter& out) {
  const PacketScope scope(kTypePayloadFeedback, kFormatPictureLoss, out);
  out.U32(sender.value());
  out.U32(media.value());
}

void WriteNack(Ssrc sender, Ssrc media, std::span<const SequenceNumber> lost, ByteWriter& out) {
  BATON_CHECK(!lost.empty());
  const PacketScope scope(kTypeTransportFeedback, kFormatNack, out);
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

}  // namespace baton::rtp
