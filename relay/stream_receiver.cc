#include "relay/stream_receiver.h"

#include <algorithm>
#include <cstring>

#include "rtp/extension_values.h"
#include "rtp/rewrite.h"
#include "rtp/rtx.h"
#include "rtp/sequence.h"

namespace baton::relay {

StreamReceiver::StreamReceiver(const Limits& limits, Registry& registry, LegRouter& router,
                               PublisherFeedback& feedback, Speakers& speakers,
                               EventReporter& events, CoreMetrics& metrics)
    : registry_(registry),
      router_(router),
      feedback_(feedback),
      speakers_(speakers),
      events_(events),
      metrics_(metrics),
      frames_(limits),
      copies_(kCopyBytes) {}

uint32_t StreamReceiver::Receive(TimePoint now, const Datagram& datagram, uint32_t sender,
                                 MediaPacket& packet) {
  std::optional<rtp::PacketView> view = rtp::ParsePacket(datagram.bytes);
  if (!view) return Drop(DropReason::kRtpMalformed);
  const SourceEntry* const source = FindSource(sender, *view);
  if (source == nullptr) return Drop(DropReason::kUnknownSsrc);
  const Track& track = registry_.tracks().At(registry_.streams().At(source->stream).track);
  if (source->rtx ? view->payload_type != track.parameters.rtx_payload_type
                  : view->payload_type != track.parameters.payload_type) {
    return Drop(DropReason::kUnexpectedPayloadType);
  }
  if (view->has_extension) ReadExtensions(now, sender, source->stream, *view);
  packet.received = datagram.received;
  if (!source->rtx) return Accept(now, *source, *view, packet);
  view = Original(*source, *view);
  if (!view) return Drop(DropReason::kRetransmissionEmpty);
  return Accept(now, *source, *view, packet);
}

// A handful at most: a scan of a cache line or two beats a hash.
const SourceEntry* StreamReceiver::FindSource(uint32_t sender, const rtp::PacketView& view) {
  for (const SourceEntry& source : registry_.endpoints().At(sender).sources) {
    if (source.ssrc == view.ssrc) return &source;
  }
  return view.has_extension ? BindSource(sender, view) : nullptr;
}

// RFC 8843 section 9.2 and RFC 8852: an SSRC that was not announced says by MID and RID whose it
// is. The first one that does is believed.
const SourceEntry* StreamReceiver::BindSource(uint32_t sender, const rtp::PacketView& view) {
  Endpoint& endpoint = registry_.endpoints().At(sender);
  const rtp::ExtensionIds& ids = endpoint.parameters.extensions;
  const auto text = [&](rtp::ExtensionKind kind, auto read) -> std::optional<std::string_view> {
    const uint8_t id = ids.IdOf(kind);
    const auto value = id == 0 ? std::nullopt : rtp::FindExtension(view, id);
    return value ? read(*value) : std::nullopt;
  };
  const auto mid = text(rtp::ExtensionKind::kMid, rtp::ReadMid);
  const auto rid = text(rtp::ExtensionKind::kRid, rtp::ReadRid);
  const auto repaired = text(rtp::ExtensionKind::kRepairedRid, rtp::ReadRid);
  if (!mid || endpoint.sources.full()) return nullptr;
  const uint32_t stream =
      registry_.FindStream(endpoint, *mid, repaired ? *repaired : rid.value_or(""));
  if (stream == kNoIndex) return nullptr;
  const Track& track = registry_.tracks().At(registry_.streams().At(stream).track);
  const bool rtx = repaired || view.payload_type == track.parameters.rtx_payload_type;
  // What else the sender may have for this MID is not the stream: forward error correction, say.
  if (rtx ? view.payload_type != track.parameters.rtx_payload_type
          : view.payload_type != track.parameters.payload_type) {
    return nullptr;
  }
  for (const SourceEntry& source : endpoint.sources) {
    if (source.stream == stream && source.rtx == rtx) return nullptr;
  }
  const SourceEntry* const source = registry_.AddSource(endpoint, {view.ssrc, stream, rtx});
  // Who waits for it could not be told before; the key frame that it began with may be lost.
  const bool awaited = registry_.streams().At(stream).first_chunk != kNoIndex;
  if (!rtx && awaited) feedback_.WantKeyFrame(stream);
  return source;
}

void StreamReceiver::ReadExtensions(TimePoint now, uint32_t sender, uint32_t stream,
                                    const rtp::PacketView& view) {
  const rtp::ExtensionIds& ids = registry_.endpoints().At(sender).parameters.extensions;
  if (const uint8_t id = ids.IdOf(rtp::ExtensionKind::kTransportSequence); id != 0) {
    const auto value = rtp::FindExtension(view, id);
    const auto sequence = value ? rtp::ReadTransportSequence(*value) : std::nullopt;
    if (sequence) feedback_.OnArrival(sender, *sequence, now);
  }
  if (const uint8_t id = ids.IdOf(rtp::ExtensionKind::kAudioLevel); id != 0) {
    const auto value = rtp::FindExtension(view, id);
    const auto level = value ? rtp::ReadAudioLevel(*value) : std::nullopt;
    if (level) speakers_.OnLevel(stream, level->level, now);
  }
}

// The packet that a retransmission repeats, as it was but for header extensions that describe the
// way here.
std::optional<rtp::PacketView> StreamReceiver::Original(const SourceEntry& source,
                                                        const rtp::PacketView& view) {
  const auto rtx = rtp::ReadRtx(view.payload());
  if (!rtx) return std::nullopt;
  const MutableBytes copy = copies_.Take(view.datagram.size() - rtp::kRtxHeaderSize);
  if (copy.empty()) return std::nullopt;
  const Bytes after = view.datagram.subspan(view.header_size + rtp::kRtxHeaderSize);
  std::copy_n(view.datagram.begin(), view.header_size, copy.begin());
  std::copy(after.begin(), after.end(), copy.begin() + view.header_size);
  const Stream& stream = registry_.streams().At(source.stream);
  const rtp::PayloadType type = registry_.tracks().At(stream.track).parameters.payload_type;
  rtp::RewriteFixedHeader(rtp::HeaderStart::Of(view.datagram),
                          {type, rtx->original_sequence, view.timestamp, stream.ssrc},
                          rtp::MutableFixedHeader(copy.data(), rtp::kFixedHeaderSize));
  return rtp::ParsePacket(copy);
}

uint32_t StreamReceiver::Accept(TimePoint now, const SourceEntry& source,
                                const rtp::PacketView& view, MediaPacket& packet) {
  const uint32_t index = source.stream;
  Stream& stream = registry_.streams().At(index);
  const Track& track = registry_.tracks().At(stream.track);
  const bool first = !stream.ingress.reception().started();
  const rtp::RtpTimestamp newest_before = stream.ingress.newest_timestamp();
  const Ingress::Arrived arrived{view.sequence, view.timestamp, view.datagram.size(), now,
                                 source.rtx};
  DropReason reason{};
  const auto numbers = stream.ingress.Accept(arrived, reason);
  if (!numbers) return Drop(reason);
  metrics_.in[static_cast<size_t>(PacketKind::kRtp)].Add(view.datagram.size());
  if (!stream.running) Runs(index);
  feedback_.OnPacket(index, numbers->sequence, now);

  packet.header = rtp::HeaderStart::Of(view.datagram);
  packet.rest = view.datagram.subspan(rtp::kFixedHeaderSize);
  packet.payload_offset = static_cast<uint16_t>(view.header_size - rtp::kFixedHeaderSize);
  packet.padding_size = view.padding_size;
  packet.sequence = numbers->sequence;
  packet.timestamp = numbers->timestamp;
  const bool newest = numbers->sequence == stream.ingress.newest_sequence();
  const bool new_timestamp = newest && (first || rtp::IsBefore(newest_before, numbers->timestamp));
  frames_.Read(track, index, registry_.endpoints().At(track.publisher).parameters.extensions, view,
               newest, new_timestamp, packet);
  if (packet.frame.begins_key_frame) {
    ++stream.counters.key_frames;
    feedback_.OnKeyFrame(index);
  }
  return index;
}

void StreamReceiver::Runs(uint32_t stream) {
  router_.SetRunning(stream, true);
  const uint32_t track = registry_.streams().At(stream).track;
  if (!registry_.tracks().At(track).running) events_.TrackRuns(track);
}

}  // namespace baton::relay
