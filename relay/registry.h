// The records of a shard and how they hang together: look-up by name and flow, linking and
// unlinking. No policy: who may do what, and what is told about it, is relay/command_handler.h.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/hash_index.h"
#include "base/pool.h"
#include "relay/capacity.h"
#include "relay/fanout_table.h"
#include "relay/flow_table.h"
#include "relay/ingress.h"
#include "relay/state.h"

namespace baton::relay {

class Registry {
 public:
  Registry(const Limits& limits, uint64_t seed);

  // Look-ups answer kNoIndex for what is not there.
  uint32_t FindRoom(std::string_view name) const;
  uint32_t FindEndpoint(uint32_t room, std::string_view name) const;
  uint32_t FindTrack(const Endpoint& publisher, std::string_view name) const;
  uint32_t FindLeg(uint32_t subscriber, uint32_t track) const;

  // Take a record and link it in; the caller has checked that there is room (…full()) and that the
  // name is free.
  uint32_t AddRoom(const Name& name);
  uint32_t AddEndpoint(uint32_t room, const Name& name, Transport transport);
  uint32_t AddTrack(uint32_t publisher, const Name& name, const TrackParameters& parameters);
  uint32_t AddLeg(uint32_t subscriber, uint32_t track, const LegParameters& parameters,
                  const LegRewriter& rewriter);

  // Unlink and release, with all that hangs on the record. Flows are the caller's to erase.
  void RemoveLeg(uint32_t leg);
  void RemoveTrack(uint32_t track);
  void RemoveEndpoint(uint32_t endpoint);
  void RemoveRoom(uint32_t room);  // must have no endpoints left

  // Marks on each of the endpoint's legs whether media may be sent to it.
  void SetReachable(uint32_t endpoint, bool reachable);

  Pool<Room>& rooms() { return rooms_; }
  Pool<Endpoint>& endpoints() { return endpoints_; }
  Pool<Track>& tracks() { return tracks_; }
  Pool<Leg>& legs() { return legs_; }
  FlowTable& flows() { return flows_; }
  FanoutTable& fanout() { return fanout_; }
  // How many tracks of this kind there are.
  int64_t tracks_of(MediaKind kind) const { return tracks_by_kind_[static_cast<size_t>(kind)]; }
  // What receiving knows of a track; one for each slot of the pool of tracks.
  Ingress& ingress(uint32_t track) { return ingress_[track]; }

  // Calls f(index) for each of the room's endpoints; `f` may remove the one it is given.
  template <class F>
  void ForEachEndpoint(const Room& room, F&& f) {
    for (uint32_t i = room.first_endpoint; i != kNoIndex;) {
      const uint32_t next = endpoints_.At(i).in_room.next;
      f(i);
      i = next;
    }
  }
  // Likewise for the legs that an endpoint receives.
  template <class F>
  void ForEachLegOf(const Endpoint& subscriber, F&& f) {
    for (uint32_t i = subscriber.first_leg; i != kNoIndex;) {
      const uint32_t next = legs_.At(i).of_subscriber.next;
      f(i);
      i = next;
    }
  }
  // Calls f(index) for each of a track's legs; `f` must not add or remove any.
  template <class F>
  void ForEachLegOf(const Track& track, F&& f) {
    for (uint32_t c = track.first_chunk; c != kNoIndex; c = fanout_.chunk(c).next) {
      const FanoutTable::Chunk& chunk = fanout_.chunk(c);
      for (uint32_t i = 0; i < chunk.used; ++i) f(chunk.entries[i].leg);
    }
  }

 private:
  uint64_t EndpointHash(uint32_t room, std::string_view name) const;
  uint64_t LegHash(uint32_t subscriber, uint32_t track) const;

  uint64_t seed_;
  Pool<Room> rooms_;
  Pool<Endpoint> endpoints_;
  Pool<Track> tracks_;
  Pool<Leg> legs_;
  HashIndex rooms_by_name_;
  HashIndex endpoints_by_name_;
  HashIndex legs_by_ends_;
  FlowTable flows_;
  FanoutTable fanout_;
  std::vector<Ingress> ingress_;
  std::array<int64_t, 2> tracks_by_kind_{};
};

}  // namespace baton::relay
