// RTCP: a compound that is valid is walked to its last byte, reading stays in bounds whatever a
// packet is read as, and reports, goodbyes and feedback survive being written again.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "rtp/classify.h"
#include "rtp/rtcp.h"
#include "rtp/rtcp_body.h"
#include "rtp/rtcp_write.h"
#include "rtp/sequence.h"
#include "rtp/transport_feedback.h"

using namespace baton;
using namespace baton::rtp;

namespace {

template <class Write>
std::vector<uint8_t> Written(size_t room, Write write) {
  std::vector<uint8_t> bytes(room);
  ByteWriter writer(bytes);
  write(writer);
  BATON_CHECK(writer.ok());
  bytes.resize(writer.size());
  return bytes;
}

RtcpPacket OnlyPacket(Bytes bytes) {
  auto reader = ParseCompound(bytes, true);
  BATON_CHECK(reader);
  const auto packet = reader->Next();
  BATON_CHECK(packet && !reader->Next());
  return *packet;
}

void CheckReport(const RtcpPacket& packet) {
  std::vector<ReportBlock> blocks(packet.count);
  for (size_t i = 0; i < packet.count; ++i) blocks[i] = ReadReportBlock(packet, i);
  const bool has_info = packet.kind == RtcpKind::kSenderReport;
  const auto bytes = Written(packet.body.size() + 4, [&](ByteWriter& out) {
    if (has_info) {
      WriteSenderReport(ReadSenderInfo(packet), blocks, out);
    } else {
      WriteReceiverReport(Sender(packet), blocks, out);
    }
  });
  // Profile-specific extensions after the blocks are not written again.
  const RtcpPacket again = OnlyPacket(bytes);
  BATON_CHECK(std::ranges::equal(again.body, packet.body.first(again.body.size())));
}

void CheckGoodbye(const RtcpPacket& packet) {
  std::vector<Ssrc> sources(packet.count);
  for (size_t i = 0; i < packet.count; ++i) sources[i] = ReadGoodbyeSource(packet, i);
  const Bytes reason = ReadGoodbyeReason(packet);
  const auto bytes = Written(packet.body.size() + 4, [&](ByteWriter& out) {
    WriteGoodbye(sources, {reinterpret_cast<const char*>(reason.data()), reason.size()}, out);
  });
  const RtcpPacket again = OnlyPacket(bytes);
  BATON_CHECK(again.count == packet.count);
  BATON_CHECK(std::ranges::equal(ReadGoodbyeReason(again), reason));
}

std::vector<SequenceNumber> Lost(const RtcpPacket& packet) {
  std::vector<SequenceNumber> lost;
  NackReader reader(packet);
  while (const auto number = reader.Next()) lost.push_back(*number);
  return lost;
}

void CheckNack(const RtcpPacket& packet) {
  const std::vector<SequenceNumber> lost = Lost(packet);
  BATON_CHECK(!lost.empty() && lost.size() <= 17 * FeedbackControl(packet).size() / 4);
  // The writer takes at most one entry for each number; a length field holds 64 Ki words.
  if (lost.size() > 60000) return;
  const auto bytes = Written(12 + 4 * lost.size(), [&](ByteWriter& out) {
    WriteNack(Sender(packet), FeedbackMedia(packet), lost, out);
  });
  BATON_CHECK(bytes.size() <= packet.body.size() + 4);
  BATON_CHECK(Lost(OnlyPacket(bytes)) == lost);
}

// What came, and when: in ticks of a clock that wraps as the format's reference time does.
struct Arrivals {
  std::vector<PacketArrival> received;
  std::vector<int64_t> ticks;
};

Arrivals ArrivalsOf(TransportFeedbackReader reader) {
  constexpr int64_t kClockTicks = int64_t{256} << 24;
  Arrivals arrivals;
  FeedbackTicks time = reader.reference_time();
  uint64_t sequence = 65536 + uint64_t{reader.base_sequence().value()};
  while (const auto status = reader.Next()) {
    BATON_CHECK(status->sequence == ToWire(ExtendedSequence(sequence)));
    if (status->received) {
      time += status->delta;
      arrivals.received.push_back({ExtendedSequence(sequence), TimePoint(time)});
      arrivals.ticks.push_back((time.count() % kClockTicks + kClockTicks) % kClockTicks);
    }
    ++sequence;
  }
  return arrivals;
}

void CheckTransportFeedback(const RtcpPacket& packet) {
  const auto feedback = ParseTransportFeedback(packet);
  if (!feedback) return;
  const Arrivals arrivals = ArrivalsOf(*feedback);
  if (arrivals.received.empty()) return;
  const TransportFeedbackHeader header = {
      Sender(packet), FeedbackMedia(packet),
      ExtendedSequence(65536 + uint64_t{feedback->base_sequence().value()}),
      feedback->feedback_count()};
  const auto bytes = Written(200'000, [&](ByteWriter& out) {
    BATON_CHECK(WriteTransportFeedback(header, arrivals.received, out) == arrivals.received.size());
  });
  const auto again = ParseTransportFeedback(OnlyPacket(bytes));
  BATON_CHECK(again && again->base_sequence() == feedback->base_sequence());
  BATON_CHECK(again->feedback_count() == feedback->feedback_count());
  BATON_CHECK(again->count() <= feedback->count());
  const Arrivals read = ArrivalsOf(*again);
  BATON_CHECK(std::ranges::equal(read.received, arrivals.received, {}, &PacketArrival::sequence,
                                 &PacketArrival::sequence));
  BATON_CHECK(read.ticks == arrivals.ticks);
}

void CheckFullIntraRequest(const RtcpPacket& packet) {
  std::vector<FullIntraEntry> entries(FullIntraEntries(packet));
  for (size_t i = 0; i < entries.size(); ++i) entries[i] = ReadFullIntraEntry(packet, i);
  const auto bytes = Written(packet.body.size() + 4, [&](ByteWriter& out) {
    WriteFullIntraRequest(Sender(packet), entries, out);
  });
  const RtcpPacket again = OnlyPacket(bytes);
  BATON_CHECK(FullIntraEntries(again) == entries.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    BATON_CHECK(ReadFullIntraEntry(again, i).source == entries[i].source);
    BATON_CHECK(ReadFullIntraEntry(again, i).command_sequence == entries[i].command_sequence);
  }
}

void CheckRemb(const RtcpPacket& packet) {
  std::vector<Ssrc> sources(RembSources(packet));
  for (size_t i = 0; i < sources.size(); ++i) sources[i] = ReadRembSource(packet, i);
  const uint64_t bits_per_second = ReadRembBitrate(packet);
  const auto bytes = Written(packet.body.size() + 4, [&](ByteWriter& out) {
    WriteRemb(Sender(packet), bits_per_second, sources, out);
  });
  const RtcpPacket again = OnlyPacket(bytes);
  BATON_CHECK(RembSources(again) == sources.size());
  // What reading had to cut to 64 bits has more bits than a REMB can say.
  const uint64_t lost = bits_per_second - ReadRembBitrate(again);
  BATON_CHECK(lost == 0 || bits_per_second == std::numeric_limits<uint64_t>::max());
}

void ReadAsEverything(const RtcpPacket& packet) {
  BATON_CHECK(!Name(packet.kind).empty());
  Sender(packet);
  FeedbackMedia(packet);
  ReadSenderInfo(packet);
  for (size_t i = 0; i < packet.count; ++i) ReadReportBlock(packet, i);
  for (size_t i = 0; i < packet.count; ++i) ReadGoodbyeSource(packet, i);
  BATON_CHECK(ReadGoodbyeReason(packet).size() <= packet.body.size());
  size_t text = 0;
  SdesReader items(packet);
  while (const auto item = items.Next()) text += item->text.size() + 2;
  BATON_CHECK(text <= packet.body.size());
  for (size_t i = 0; i < FullIntraEntries(packet); ++i) ReadFullIntraEntry(packet, i);
  ReadRembBitrate(packet);
  BATON_CHECK(4 * RembSources(packet) <= packet.body.size());
  for (size_t i = 0; i < RembSources(packet); ++i) ReadRembSource(packet, i);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Bytes datagram(data, size);
  auto reader = ParseCompound(datagram, true);
  const bool full_size = ParseCompound(datagram, false).has_value();
  if (!reader) {
    BATON_CHECK(!full_size);
    return 0;
  }
  BATON_CHECK(ClassifyDatagram(datagram) == DatagramKind::kRtcp);
  size_t walked = 0;
  size_t packets = 0;
  while (const auto packet = reader->Next()) {
    const bool report =
        packet->kind == RtcpKind::kSenderReport || packet->kind == RtcpKind::kReceiverReport;
    if (packets++ == 0) BATON_CHECK(full_size == report);
    BATON_CHECK(packet->body.size() % 4 == 0 || packet->kind == RtcpKind::kTransportWide);
    walked = static_cast<size_t>(packet->body.data() - datagram.data()) + packet->body.size();
    ReadAsEverything(*packet);
    if (report) CheckReport(*packet);
    if (packet->kind == RtcpKind::kGoodbye) CheckGoodbye(*packet);
    if (packet->kind == RtcpKind::kNack) CheckNack(*packet);
    if (packet->kind == RtcpKind::kFullIntraRequest) CheckFullIntraRequest(*packet);
    if (packet->kind == RtcpKind::kRemb) CheckRemb(*packet);
    CheckTransportFeedback(*packet);
  }
  BATON_CHECK(packets > 0 && walked <= size && size - walked <= 255);  // the rest is padding
  return 0;
}
