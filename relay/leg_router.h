// Which stream a leg forwards, and how it gets from one to another without a step in its numbering:
// between the encodings of a track, as layers are asked for and come and go, and between tracks.
//
// A leg goes on with the stream that it has until a decoder can start with the one that it is to
// have (can_start), and until the frame that it is sending is complete: what the new stream has
// brought by then is taken from the history.
#pragma once

#include <cstdint>
#include <vector>

#include "base/lazy_array.h"
#include "base/time_point.h"
#include "relay/event_reporter.h"
#include "relay/media_packet.h"
#include "relay/metrics.h"
#include "relay/publisher_feedback.h"
#include "relay/registry.h"
#include "rtp/extension_map.h"
#include "rtp/types.h"

namespace baton::relay {

class LegRouter {
 public:
  LegRouter(const Limits& limits, Registry& registry, PublisherFeedback& feedback,
            EventReporter& events, CoreMetrics& metrics);

  static size_t BytesPerLeg() { return sizeof(rtp::ExtensionMap); }

  // Gives a new leg its first place. Its numbering begins at `first`, and its timestamps are the
  // stream's plus `timestamp_offset`; both ought to be random (RFC 3550 section 5.1).
  void Start(uint32_t leg, rtp::SequenceNumber first, uint32_t timestamp_offset);

  void SetWanted(uint32_t leg, Layer wanted);
  void SetPaused(uint32_t leg, bool paused);
  // For all legs of the subscriber: whether media may be sent to it.
  void SetReachable(uint32_t subscriber, bool reachable);
  // The subscriber needs a key frame of the stream that it gets, or is about to.
  void WantKeyFrame(uint32_t leg);
  // Points the leg at another track of its kind and codec.
  void SwitchTo(uint32_t leg, uint32_t track);
  // The leg stays with the stream that it has.
  void CancelSwitch(uint32_t leg);
  // Whether the stream's packets go to any leg.
  void SetSilenced(uint32_t stream, bool silenced);

  // The stream brings packets, or ceases to.
  void SetRunning(uint32_t stream, bool running);
  // The track is about to be removed: legs that have been pointed elsewhere, and still forward it,
  // stop that.
  void Abandon(uint32_t track);

  // On the packet path. A packet with which the leg's entry in `stream` could begin: makes it the
  // leg's current place, if it is not, and begins its numbering there. False if the leg has to
  // finish a frame of another stream first; then the entry is kHeld from this packet on.
  bool Begin(uint32_t leg, uint32_t stream, const MediaPacket& packet, bool can_hold);
  // The leg's current place becomes its next one, whatever frame it is in. The entry at the next
  // one begins with `packet`.
  void TakeOver(uint32_t leg, const MediaPacket& packet);
  // What was held could not be kept: the leg waits for another key frame.
  void WaitAgain(uint32_t leg);

  // What header extensions of the current stream become.
  const rtp::ExtensionMap& extensions(uint32_t leg) const { return extensions_[leg]; }
  // Of any stream of the room, for packets that were the leg's before.
  rtp::ExtensionMap ExtensionsFor(uint32_t leg, uint32_t stream) const;

  // The layers that the leg's current entry forwards have changed.
  void LayersChanged(FanoutEntry& entry);

 private:
  uint32_t TargetOf(const Track& track, Layer wanted) const;
  void Aim(uint32_t leg, uint32_t stream);
  void Retarget(uint32_t leg);
  void DropHeld(uint32_t leg);
  void LeaveCurrent(uint32_t leg);
  FanoutEntry EntryFor(uint32_t leg) const;
  void Interrupt(FanoutEntry& entry, const Track& track);
  void SetBlocked(uint32_t leg, uint8_t flag, bool blocked);
  uint32_t TimestampOffset(const Leg& leg, const LegCursor& cursor, const Stream& to,
                           const MediaPacket& packet) const;
  rtp::PictureNumbers NewestPictures(const LegPlace& place) const;
  void BeginSegment(uint32_t leg, FanoutEntry& entry, const MediaPacket& packet);
  void UpdateFilter(FanoutEntry& entry, const Leg& leg) const;
  // Of the track that it forwards: it has a current place.
  bool HasEncodings(const Leg& leg) const;

  Registry& registry_;
  PublisherFeedback& feedback_;
  EventReporter& events_;
  CoreMetrics& metrics_;
  LazyArray<rtp::ExtensionMap> extensions_;  // by leg
};

}  // namespace baton::relay
