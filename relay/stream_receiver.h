// Receiving media: which stream an RTP packet is of, whether it is taken, and what is known of it.
// Retransmissions (RFC 4588) become the packets that they repeat.
#pragma once

#include <cstdint>
#include <optional>

#include "base/byte_arena.h"
#include "base/datagram.h"
#include "base/time_point.h"
#include "relay/event_reporter.h"
#include "relay/frame_reader.h"
#include "relay/leg_router.h"
#include "relay/media_packet.h"
#include "relay/metrics.h"
#include "relay/publisher_feedback.h"
#include "relay/registry.h"
#include "relay/speakers.h"
#include "rtp/packet.h"

namespace baton::relay {

class StreamReceiver {
 public:
  // For retransmissions without their original numbers, until they are sent on. At least the
  // largest datagram.
  static constexpr size_t kCopyBytes = size_t{128} * 1024;

  StreamReceiver(const Limits& limits, Registry& registry, LegRouter& router,
                 PublisherFeedback& feedback, Speakers& speakers, EventReporter& events,
                 CoreMetrics& metrics);

  static size_t BytesPerStream() { return FrameReader::BytesPerStream(); }

  void BeginBatch() { copies_.Clear(); }
  // Whether Receive() takes a datagram of this size, whatever it is. After BeginBatch() it does.
  bool HasRoomFor(size_t datagram_size) const { return copies_.HasRoomFor(datagram_size); }

  // HasRoomFor(datagram.bytes.size()). Fills in `packet`, which lasts as long as the datagram and
  // until BeginBatch(), and returns the index of its stream; kNoIndex if the packet goes no
  // further, which has been counted. `sender`: index of the endpoint whose flow it came on.
  uint32_t Receive(TimePoint now, const Datagram& datagram, uint32_t sender, MediaPacket& packet);

  // What is new here begins with nothing known.
  void Forget(uint32_t stream) { frames_.Forget(stream); }

 private:
  const SourceEntry* FindSource(uint32_t sender, const rtp::PacketView& view);
  const SourceEntry* BindSource(uint32_t sender, const rtp::PacketView& view);
  std::optional<rtp::PacketView> Original(const SourceEntry& source, const rtp::PacketView& view);
  void ReadExtensions(TimePoint now, uint32_t sender, uint32_t stream, const rtp::PacketView& view);
  uint32_t Drop(DropReason reason) {
    metrics_.Drop(reason);
    return kNoIndex;
  }
  uint32_t Accept(TimePoint now, const SourceEntry& source, const rtp::PacketView& view,
                  MediaPacket& packet);

  void Runs(uint32_t stream);

  Registry& registry_;
  LegRouter& router_;
  PublisherFeedback& feedback_;
  Speakers& speakers_;
  EventReporter& events_;
  CoreMetrics& metrics_;
  FrameReader frames_;
  ByteArena copies_;
};

}  // namespace baton::relay
