#include "relay/media_path.h"

#include <optional>

#include "rtp/packet.h"
#include "rtp/rewrite.h"
#include "rtp/rtcp.h"

namespace baton::relay {
namespace {

// The index of the endpoint's track with this SSRC, or kNoIndex. A handful at most: a scan of one
// cache line beats a hash.
uint32_t FindTrackBySsrc(const Endpoint& endpoint, rtp::Ssrc ssrc) {
  for (uint32_t i = 0; i < endpoint.tracks; ++i) {
    if (endpoint.ssrcs[i] == ssrc) return endpoint.track_indices[i];
  }
  return kNoIndex;
}

}  // namespace

void MediaPath::HandleRtp(TimePoint now, const Datagram& datagram, uint32_t sender, TxBatch& tx) {
  const std::optional<rtp::PacketView> packet = rtp::ParsePacket(datagram.bytes);
  if (!packet) return metrics_.Drop(DropReason::kRtpMalformed);

  const uint32_t track_index = FindTrackBySsrc(registry_.endpoints().At(sender), packet->ssrc);
  if (track_index == kNoIndex) return metrics_.Drop(DropReason::kUnknownSsrc);
  Track& track = registry_.tracks().At(track_index);
  if (packet->payload_type != track.parameters.payload_type) {
    return metrics_.Drop(DropReason::kUnexpectedPayloadType);
  }

  DropReason reason{};
  const std::optional<Ingress::Accepted> numbers =
      registry_.ingress(track_index).Accept(*packet, now, reason);
  if (!numbers) return metrics_.Drop(reason);
  metrics_.in[static_cast<size_t>(PacketKind::kRtp)].Add(datagram.bytes.size());
  if (!track.running) events_.TrackRuns(track_index);

  if (trains_.full()) Forward(tx);
  trains_.Add(track_index,
              {rtp::HeaderStart::Of(datagram.bytes), datagram.bytes.subspan(rtp::kFixedHeaderSize),
               numbers->sequence, numbers->timestamp, datagram.received});
}

void MediaPath::Forward(TxBatch& tx) {
  trains_.TakeAll([&](uint32_t track, std::span<MediaPacket> packets) {
    const bool video = registry_.tracks().At(track).parameters.kind == MediaKind::kVideo;
    if (pad_runs_ && video) padding_.Apply(packets);
    ForwardTrain(track, packets, tx);
  });
}

void MediaPath::ForwardTrain(uint32_t track, Packets packets, TxBatch& tx) {
  Copies sent;
  for (uint32_t c = registry_.tracks().At(track).first_chunk; c != kNoIndex;) {
    FanoutTable::Chunk& chunk = registry_.fanout().chunk(c);
    for (uint32_t i = 0; i < chunk.used; ++i) {
      const Copies copies = ForwardToLeg(packets, chunk.entries[i], chunk.totals[i], tx);
      sent.packets += copies.packets;
      sent.bytes += copies.bytes;
    }
    c = chunk.next;
  }
  if (sent.packets == 0) return;
  Traffic& out = metrics_.out[static_cast<size_t>(PacketKind::kRtp)];
  out.packets.Add(sent.packets);
  out.bytes.Add(sent.bytes);
  for (const MediaPacket& packet : packets) tx.NoteForwarded(packet.received, 1);
}

MediaPath::Copies MediaPath::ForwardToLeg(Packets packets, FanoutEntry& leg, FanoutTotals& totals,
                                          TxBatch& tx) {
  if (leg.paused || !leg.reachable) [[unlikely]] {
    DropForLeg(totals, leg.paused ? DropReason::kLegPaused : DropReason::kSubscriberUnproven,
               packets.size());
    return {};
  }
  tx.Open(leg.destination, registry_.endpoints().At(leg.destination).flow, packets.size(),
          rtp::kFixedHeaderSize);
  Copies copies;
  for (const MediaPacket& packet : packets) {
    const auto numbers = leg.rewriter.Rewrite(packet.sequence, packet.timestamp);
    if (!numbers) [[unlikely]] {
      DropForLeg(totals, DropReason::kBeforeLegStart, 1);
      continue;
    }
    rtp::RewriteFixedHeader(packet.header,
                            {leg.payload_type, numbers->sequence, numbers->timestamp, leg.ssrc},
                            rtp::MutableFixedHeader(tx.Append(rtp::kFixedHeaderSize, packet.rest),
                                                    rtp::kFixedHeaderSize));
    copies.bytes += packet.size();
    ++copies.packets;
  }
  leg.packets += copies.packets;
  totals.bytes += copies.bytes;
  return copies;
}

void MediaPath::DropForLeg(FanoutTotals& totals, DropReason reason, uint64_t packets) {
  totals.dropped += packets;
  metrics_.Drop(reason, packets);
}

void MediaPath::HandleRtcp(const Datagram& datagram) {
  // Reduced-size RTCP (RFC 5506) says nothing that a compound one does not; both are taken.
  std::optional<rtp::CompoundReader> compound = rtp::ParseCompound(datagram.bytes, true);
  if (!compound) return metrics_.Drop(DropReason::kRtcpMalformed);
  metrics_.in[static_cast<size_t>(PacketKind::kRtcp)].Add(datagram.bytes.size());
  while (const std::optional<rtp::RtcpPacket> packet = compound->Next()) {
    metrics_.rtcp_in[static_cast<size_t>(packet->kind)].Add();
  }
}

}  // namespace baton::relay
