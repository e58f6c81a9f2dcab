#include "relay/rtcp_receiver.h"

#include <optional>

#include "rtp/rtcp_body.h"
#include "rtp/transport_feedback.h"

namespace baton::relay {

void RtcpReceiver::Handle(TimePoint now, const Datagram& datagram, uint32_t sender, TxBatch& tx) {
  // Reduced-size RTCP (RFC 5506) says nothing that a compound one does not; both are taken.
  std::optional<rtp::CompoundReader> compound = rtp::ParseCompound(datagram.bytes, true);
  if (!compound) return metrics_.Drop(DropReason::kRtcpMalformed);
  metrics_.in[static_cast<size_t>(PacketKind::kRtcp)].Add(datagram.bytes.size());
  while (const std::optional<rtp::RtcpPacket> packet = compound->Next()) {
    metrics_.rtcp_in[static_cast<size_t>(packet->kind)].Add();
    HandlePacket(now, sender, *packet, tx);
  }
}

void RtcpReceiver::HandlePacket(TimePoint now, uint32_t sender, const rtp::RtcpPacket& packet,
                                TxBatch& tx) {
  switch (packet.kind) {
    case rtp::RtcpKind::kSenderReport:
      HandleSenderReport(now, sender, packet);
      return HandleReportBlocks(now, sender, packet);
    case rtp::RtcpKind::kReceiverReport:
      return HandleReportBlocks(now, sender, packet);
    case rtp::RtcpKind::kGoodbye:
      return HandleGoodbye(sender, packet);
    case rtp::RtcpKind::kNack: {
      const uint32_t leg = registry_.FindLegBySsrc(sender, rtp::FeedbackMedia(packet));
      if (leg != kNoIndex) retransmitter_.Answer(now, leg, packet, tx);
      return;
    }
    case rtp::RtcpKind::kPictureLoss:
      return AskForKeyFrame(sender, rtp::FeedbackMedia(packet));
    case rtp::RtcpKind::kFullIntraRequest:
      return HandleFullIntra(sender, packet);
    case rtp::RtcpKind::kRemb:
      registry_.endpoints().At(sender).estimated_bitrate = rtp::ReadRembBitrate(packet);
      return;
    case rtp::RtcpKind::kTransportWide:
      return HandleTransportFeedback(sender, packet);
    case rtp::RtcpKind::kSourceDescription:
    case rtp::RtcpKind::kApplication:
    case rtp::RtcpKind::kTmmbr:
    case rtp::RtcpKind::kOtherTransportFeedback:
    case rtp::RtcpKind::kOtherPayloadFeedback:
    case rtp::RtcpKind::kExtendedReport:
    case rtp::RtcpKind::kOther:
      return;
  }
}

void RtcpReceiver::HandleSenderReport(TimePoint now, uint32_t sender,
                                      const rtp::RtcpPacket& packet) {
  const rtp::SenderInfo info = rtp::ReadSenderInfo(packet);
  const uint32_t index = registry_.FindStreamBySsrc(sender, info.sender);
  if (index == kNoIndex) return;
  Stream& stream = registry_.streams().At(index);
  const rtp::RtpTimestamp timestamp(info.rtp_timestamp.value() + stream.ingress.timestamp_offset());
  stream.clock.OnSenderReport(info.ntp_timestamp, timestamp, now);
}

void RtcpReceiver::HandleReportBlocks(TimePoint now, uint32_t sender,
                                      const rtp::RtcpPacket& packet) {
  for (size_t i = 0; i < packet.count; ++i) {
    const rtp::ReportBlock block = rtp::ReadReportBlock(packet, i);
    const uint32_t leg = registry_.FindLegBySsrc(sender, block.source);
    if (leg == kNoIndex) continue;
    const auto round_trip = legs_[leg].reports.OnReportBlock(block, now);
    if (round_trip) registry_.NoteRoundTrip(sender, *round_trip);
  }
}

void RtcpReceiver::HandleGoodbye(uint32_t sender, const rtp::RtcpPacket& packet) {
  for (size_t i = 0; i < packet.count; ++i) {
    const uint32_t stream = registry_.FindStreamBySsrc(sender, rtp::ReadGoodbyeSource(packet, i));
    if (stream == kNoIndex || !registry_.streams().At(stream).running) continue;
    router_.SetRunning(stream, false);
    events_.StreamStops(stream);
  }
}

void RtcpReceiver::HandleFullIntra(uint32_t sender, const rtp::RtcpPacket& packet) {
  const size_t entries = rtp::FullIntraEntries(packet);
  for (size_t i = 0; i < entries; ++i) {
    AskForKeyFrame(sender, rtp::ReadFullIntraEntry(packet, i).source);
  }
}

void RtcpReceiver::AskForKeyFrame(uint32_t sender, rtp::Ssrc leg_ssrc) {
  const uint32_t index = registry_.FindLegBySsrc(sender, leg_ssrc);
  if (index == kNoIndex) return;
  ++legs_[index].key_frame_requests;
  router_.WantKeyFrame(index);
}

void RtcpReceiver::HandleTransportFeedback(uint32_t sender, const rtp::RtcpPacket& packet) {
  auto reader = rtp::ParseTransportFeedback(packet);
  if (!reader) return;
  Endpoint& endpoint = registry_.endpoints().At(sender);
  while (const auto status = reader->Next()) {
    ++(status->received ? endpoint.transport_received : endpoint.transport_lost);
  }
}

}  // namespace baton::relay
