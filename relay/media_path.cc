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

  Forward(*packet, *numbers, track, datagram, tx);
}

void MediaPath::Forward(const rtp::PacketView& packet, const Ingress::Accepted& numbers,
                        Track& track, const Datagram& datagram, TxBatch& tx) {
  const auto original = packet.datagram.first<rtp::kFixedHeaderSize>();
  const Bytes rest = packet.datagram.subspan(rtp::kFixedHeaderSize);
  uint64_t sent = 0;
  for (uint32_t c = track.first_chunk; c != kNoIndex;) {
    FanoutTable::Chunk& chunk = registry_.fanout().chunk(c);
    for (uint32_t i = 0; i < chunk.used; ++i) {
      FanoutEntry& leg = chunk.entries[i];
      if (leg.paused || !leg.reachable) [[unlikely]] {
        ++chunk.totals[i].dropped;
        metrics_.Drop(leg.paused ? DropReason::kLegPaused : DropReason::kSubscriberUnproven);
        continue;
      }
      const auto rewritten = leg.rewriter.Rewrite(numbers.sequence, numbers.timestamp);
      if (!rewritten) [[unlikely]] {
        ++chunk.totals[i].dropped;
        metrics_.Drop(DropReason::kBeforeLegStart);
        continue;
      }
      uint8_t* slot = tx.Add(leg.destination, registry_.endpoints().At(leg.destination).flow,
                             rtp::kFixedHeaderSize, rest, datagram.buffer);
      rtp::RewriteFixedHeader(
          original, {leg.payload_type, rewritten->sequence, rewritten->timestamp, leg.ssrc},
          rtp::MutableFixedHeader(slot, rtp::kFixedHeaderSize));
      ++leg.packets;
      chunk.totals[i].bytes += packet.datagram.size();
      ++sent;
    }
    c = chunk.next;
  }
  if (sent == 0) return;
  Traffic& out = metrics_.out[static_cast<size_t>(PacketKind::kRtp)];
  out.packets.Add(sent);
  out.bytes.Add(sent * packet.datagram.size());
  tx.NoteForwarded(datagram.received);
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
