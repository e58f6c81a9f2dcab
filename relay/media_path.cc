#include "relay/media_path.h"

#include <algorithm>
#include <optional>

namespace baton::relay {

MediaPath::MediaPath(const CoreConfig& config, Registry& registry, StreamReceiver& receiver,
                     LegForwarder& forwarder, PacketHistory& history, CoreMetrics& metrics)
    : registry_(registry),
      receiver_(receiver),
      forwarder_(forwarder),
      history_(history),
      metrics_(metrics),
      trains_(config.limits.streams),
      pad_runs_(config.pad_runs) {}

void MediaPath::HandleRtp(TimePoint now, const Datagram& datagram, uint32_t sender, TxBatch& tx) {
  if (!receiver_.HasRoomFor(datagram.bytes.size())) [[unlikely]] {
    Forward(now, tx);
    tx.Flush();
    BeginBatch();
  }
  MediaPacket packet;
  const uint32_t stream = receiver_.Receive(now, datagram, sender, packet);
  if (stream == kNoIndex) return;
  if (trains_.full()) Forward(now, tx);
  trains_.Add(stream, packet);
}

void MediaPath::Forward(TimePoint now, TxBatch& tx) {
  trains_.TakeAll([&](uint32_t stream, std::span<MediaPacket> packets) {
    ForwardTrain(now, stream, packets, tx);
  });
}

void MediaPath::ForwardTrain(TimePoint now, uint32_t stream_index, std::span<MediaPacket> packets,
                             TxBatch& tx) {
  Stream& stream = registry_.streams().At(stream_index);
  for (const MediaPacket& packet : packets) history_.Store(stream_index, packet);
  const bool video = registry_.tracks().At(stream.track).parameters.kind == MediaKind::kVideo;
  if (pad_runs_ && video) padding_.Apply(packets);

  const uint64_t sent = forwarder_.Forward(now, stream_index, packets, tx);
  for (const MediaPacket& packet : packets) {
    if (sent > 0) tx.NoteForwarded(packet.received, 1);
    if (packet.sequence < stream.newest_forwarded) continue;
    stream.newest_forwarded = packet.sequence;
    // Padding between frames is part of none.
    if (packet.payload_size() > 0) stream.newest_frame = packet.frame;
  }
}

}  // namespace baton::relay
