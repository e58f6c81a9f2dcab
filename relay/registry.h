// The records of a shard and how they hang together: look-up by name and flow, linking and
// unlinking. No policy: who may do what, and what is told about it, is relay/command_handler.h.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/hash_index.h"
#include "base/lazy_array.h"
#include "base/pool.h"
#include "relay/capacity.h"
#include "relay/fanout_table.h"
#include "relay/flow_table.h"
#include "relay/leg_numbering.h"
#include "relay/state.h"

namespace baton::relay {

class Registry {
 public:
  Registry(const Limits& limits, uint64_t seed);

  // Look-ups answer kNoIndex for what is not there.
  uint32_t FindRoom(std::string_view name) const;
  uint32_t FindEndpoint(uint32_t room, std::string_view name) const;
  uint32_t FindTrack(const Endpoint& publisher, std::string_view name) const;
  // By what its packets say of themselves (RFC 8843, RFC 8852).
  uint32_t FindStream(const Endpoint& publisher, std::string_view mid, std::string_view rid) const;
  uint32_t FindLeg(uint32_t subscriber, uint32_t track) const;
  // Of the endpoint's media, not of its retransmissions.
  uint32_t FindStreamBySsrc(uint32_t publisher, rtp::Ssrc ssrc) const;
  uint32_t FindLegBySsrc(uint32_t subscriber, rtp::Ssrc ssrc) const;

  // Take a record and link it in; the caller has checked that there is room (…full()) and that the
  // name is free.
  uint32_t AddRoom(const Name& name);
  uint32_t AddEndpoint(uint32_t room, const Name& name, Transport transport,
                       const EndpointParameters& parameters);
  // With a stream for each encoding.
  uint32_t AddTrack(uint32_t publisher, const Name& name, const TrackParameters& parameters);
  // By the endpoint in what it sends, or by the relay in what it sends there.
  bool SsrcInUse(const Endpoint& endpoint, rtp::Ssrc ssrc);
  // Makes an SSRC known as one of a stream; publisher.sources is not full().
  const SourceEntry* AddSource(Endpoint& publisher, const SourceEntry& source);
  // A leg that has no place yet; its numbering begins at `first`.
  uint32_t AddLeg(uint32_t subscriber, uint32_t track, const LegParameters& parameters);

  // Gives the leg, which has none there, a place in the stream's array.
  void Place(uint32_t leg, LegPlace Leg::*which, uint32_t stream, const FanoutEntry& entry);
  // Takes it back, if there is one.
  void Displace(uint32_t leg, LegPlace Leg::*which);
  // Makes the leg, with all its places, one of another track of the room.
  void MoveLeg(uint32_t leg, uint32_t track);

  // Unlink and release, with all that hangs on the record. Flows are the caller's to erase.
  void RemoveLeg(uint32_t leg);
  // Legs of other tracks must not be in its streams' arrays any more.
  void RemoveTrack(uint32_t track);
  void RemoveEndpoint(uint32_t endpoint);
  void RemoveRoom(uint32_t room);  // must have no endpoints left

  Pool<Room>& rooms() { return rooms_; }
  Pool<Endpoint>& endpoints() { return endpoints_; }
  Pool<Track>& tracks() { return tracks_; }
  Pool<Stream>& streams() { return streams_; }
  Pool<Leg>& legs() { return legs_; }
  FlowTable& flows() { return flows_; }
  FanoutTable& fanout() { return fanout_; }
  // How many tracks of this kind there are.
  int64_t tracks_of(MediaKind kind) const { return tracks_by_kind_[static_cast<size_t>(kind)]; }
  // Where the leg's numbering has got to.
  const LegCursor& CursorOf(const Leg& leg) const {
    return leg.current.is_none() ? leg.left_off : fanout_.At(leg.current).cursor;
  }
  // What it forwards; Layer::kHighest where nothing is left out, or there is nothing to choose.
  Layer CurrentLayer(const Leg& leg) const;
  // Sent over all its time, without retransmissions.
  uint64_t PacketsOf(const Leg& leg) const;
  uint64_t BytesOf(const Leg& leg) const;
  uint64_t DroppedOf(const Leg& leg) const;
  // A leg in the stream's array that is not one of its track any more; kNoIndex if there is none.
  uint32_t AnyStranger(const Stream& stream);
  // A measured round trip to the endpoint, to be smoothed as in RFC 6298 section 2.
  void NoteRoundTrip(uint32_t endpoint, Duration round_trip);

  LegSegments& segments(uint32_t leg) { return segments_[leg]; }
  StreamKey KeyOf(uint32_t stream) const { return {stream, streams_.HandleOf(stream).generation}; }
  bool IsCurrent(const StreamKey& key) const { return key == KeyOf(key.index); }

  // Calls f(index) for each of the room's endpoints; `f` may remove the one it is given.
  template <class F>
  void ForEachEndpoint(const Room& room, F&& f) {
    for (uint32_t i = room.first_endpoint; i != kNoIndex;) {
      const uint32_t next = endpoints_.At(i).in_room.next;
      f(i);
      i = next;
    }
  }
  // Calls f(entry) for each entry of the stream's array.
  template <class F>
  void ForEachEntryOf(const Stream& stream, F&& f) {
    for (uint32_t c = stream.first_chunk; c != kNoIndex; c = fanout_.chunk(c).next) {
      FanoutTable::Chunk& chunk = fanout_.chunk(c);
      for (uint32_t i = 0; i < chunk.used; ++i) f(chunk.entries[i]);
    }
  }
  // Likewise for the legs that an endpoint receives, and for those of a track.
  template <class F>
  void ForEachLegOf(const Endpoint& subscriber, F&& f) {
    for (uint32_t i = subscriber.first_leg; i != kNoIndex;) {
      const uint32_t next = legs_.At(i).of_subscriber.next;
      f(i);
      i = next;
    }
  }
  template <class F>
  void ForEachLegOf(const Track& track, F&& f) {
    for (uint32_t i = track.first_leg; i != kNoIndex;) {
      const uint32_t next = legs_.At(i).of_track.next;
      f(i);
      i = next;
    }
  }

 private:
  uint64_t EndpointHash(uint32_t room, std::string_view name) const;
  uint64_t LegHash(uint32_t subscriber, uint32_t track) const;
  uint64_t SsrcHash(uint32_t subscriber, rtp::Ssrc ssrc) const;

  uint64_t seed_;
  Pool<Room> rooms_;
  Pool<Endpoint> endpoints_;
  Pool<Track> tracks_;
  Pool<Stream> streams_;
  Pool<Leg> legs_;
  HashIndex rooms_by_name_;
  HashIndex endpoints_by_name_;
  HashIndex legs_by_ends_;
  HashIndex legs_by_ssrc_;
  FlowTable flows_;
  FanoutTable fanout_;
  LazyArray<LegSegments> segments_;  // by leg
  std::array<int64_t, 2> tracks_by_kind_{};
  uint32_t next_order_ = 0;  // of joining and publishing
};

}  // namespace baton::relay
