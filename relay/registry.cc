#include "relay/registry.h"

#include "base/check.h"
#include "base/hash.h"

namespace baton::relay {
namespace {

// Puts `index` at the head of a list whose links are links(record).
template <class T, class LinksOf>
void Link(Pool<T>& pool, uint32_t& head, uint32_t index, LinksOf links) {
  links(pool.At(index)) = {kNoIndex, head};
  if (head != kNoIndex) links(pool.At(head)).previous = index;
  head = index;
}

template <class T, class LinksOf>
void Unlink(Pool<T>& pool, uint32_t& head, uint32_t index, LinksOf links) {
  const Links at = links(pool.At(index));
  if (at.next != kNoIndex) links(pool.At(at.next)).previous = at.previous;
  (at.previous == kNoIndex ? head : links(pool.At(at.previous)).next) = at.next;
}

constexpr auto kInRoom = [](Endpoint& endpoint) -> Links& { return endpoint.in_room; };
constexpr auto kOfSubscriber = [](Leg& leg) -> Links& { return leg.of_subscriber; };

uint32_t OrNone(uint32_t found) { return found == HashIndex::kNotFound ? kNoIndex : found; }

}  // namespace

Registry::Registry(const Limits& limits, uint64_t seed)
    : seed_(seed),
      rooms_(limits.rooms),
      endpoints_(limits.endpoints),
      tracks_(limits.tracks),
      legs_(limits.legs),
      rooms_by_name_(limits.rooms),
      endpoints_by_name_(limits.endpoints),
      legs_by_ends_(limits.legs),
      flows_(limits.endpoints, seed),
      fanout_(limits),
      ingress_(limits.tracks) {}

uint64_t Registry::EndpointHash(uint32_t room, std::string_view name) const {
  return HashBytes(name, MixHash(seed_, room));
}

uint64_t Registry::LegHash(uint32_t subscriber, uint32_t track) const {
  return MixHash(seed_, uint64_t{subscriber} << 32 | track);
}

uint32_t Registry::FindRoom(std::string_view name) const {
  return OrNone(rooms_by_name_.Find(HashBytes(name, seed_),
                                    [&](uint32_t i) { return rooms_.At(i).name == name; }));
}

uint32_t Registry::FindEndpoint(uint32_t room, std::string_view name) const {
  return OrNone(endpoints_by_name_.Find(EndpointHash(room, name), [&](uint32_t i) {
    const Endpoint& endpoint = endpoints_.At(i);
    return endpoint.room == room && endpoint.name == name;
  }));
}

uint32_t Registry::FindTrack(const Endpoint& publisher, std::string_view name) const {
  for (uint32_t i = 0; i < publisher.tracks; ++i) {
    if (tracks_.At(publisher.track_indices[i]).name == name) return publisher.track_indices[i];
  }
  return kNoIndex;
}

uint32_t Registry::FindLeg(uint32_t subscriber, uint32_t track) const {
  return OrNone(legs_by_ends_.Find(LegHash(subscriber, track), [&](uint32_t i) {
    return legs_.At(i).subscriber == subscriber && legs_.At(i).track == track;
  }));
}

uint32_t Registry::AddRoom(const Name& name) {
  const uint32_t index = rooms_.Take().index;
  rooms_.At(index).name = name;
  rooms_by_name_.Insert(HashBytes(name, seed_), index);
  return index;
}

uint32_t Registry::AddEndpoint(uint32_t room, const Name& name, Transport transport) {
  const uint32_t index = endpoints_.Take().index;
  Endpoint& endpoint = endpoints_.At(index);
  endpoint.name = name;
  endpoint.room = room;
  endpoint.transport = transport;
  endpoints_by_name_.Insert(EndpointHash(room, name), index);
  Link(endpoints_, rooms_.At(room).first_endpoint, index, kInRoom);
  ++rooms_.At(room).endpoints;
  return index;
}

uint32_t Registry::AddTrack(uint32_t publisher, const Name& name,
                            const TrackParameters& parameters) {
  const uint32_t index = tracks_.Take().index;
  Track& track = tracks_.At(index);
  track.name = name;
  track.publisher = publisher;
  track.parameters = parameters;
  ingress_[index] = Ingress(parameters.codec.clock_rate);
  Endpoint& endpoint = endpoints_.At(publisher);
  endpoint.ssrcs[endpoint.tracks] = parameters.ssrc;
  endpoint.track_indices[endpoint.tracks] = index;
  ++endpoint.tracks;
  ++rooms_.At(endpoint.room).tracks;
  ++tracks_by_kind_[static_cast<size_t>(parameters.kind)];
  return index;
}

uint32_t Registry::AddLeg(uint32_t subscriber, uint32_t track, const LegParameters& parameters,
                          const LegRewriter& rewriter) {
  const uint32_t index = legs_.Take().index;
  Leg& leg = legs_.At(index);
  Endpoint& endpoint = endpoints_.At(subscriber);
  leg.subscriber = subscriber;
  leg.track = track;
  leg.parameters = parameters;
  legs_by_ends_.Insert(LegHash(subscriber, track), index);
  Link(legs_, endpoint.first_leg, index, kOfSubscriber);
  FanoutEntry& entry = fanout_.Append(tracks_.At(track), leg, index);
  entry.rewriter = rewriter;
  entry.ssrc = parameters.ssrc;
  entry.payload_type = parameters.payload_type;
  entry.reachable = endpoint.state == EndpointState::kProven;
  return index;
}

void Registry::RemoveLeg(uint32_t index) {
  const Leg leg = legs_.At(index);
  legs_by_ends_.Erase(LegHash(leg.subscriber, leg.track), index);
  Unlink(legs_, endpoints_.At(leg.subscriber).first_leg, index, kOfSubscriber);
  fanout_.Remove(tracks_.At(leg.track), leg, legs_);
  legs_.Release(legs_.HandleOf(index));
}

void Registry::RemoveTrack(uint32_t index) {
  Track& track = tracks_.At(index);
  while (track.legs > 0) RemoveLeg(fanout_.chunk(track.first_chunk).entries[0].leg);
  Endpoint& endpoint = endpoints_.At(track.publisher);
  uint32_t at = 0;
  while (endpoint.track_indices[at] != index) ++at;
  const uint32_t last = --endpoint.tracks;
  endpoint.track_indices[at] = endpoint.track_indices[last];
  endpoint.ssrcs[at] = endpoint.ssrcs[last];
  --rooms_.At(endpoint.room).tracks;
  --tracks_by_kind_[static_cast<size_t>(track.parameters.kind)];
  tracks_.Release(tracks_.HandleOf(index));
}

void Registry::RemoveEndpoint(uint32_t index) {
  Endpoint& endpoint = endpoints_.At(index);
  while (endpoint.first_leg != kNoIndex) RemoveLeg(endpoint.first_leg);
  while (endpoint.tracks > 0) RemoveTrack(endpoint.track_indices[endpoint.tracks - 1]);
  endpoints_by_name_.Erase(EndpointHash(endpoint.room, endpoint.name), index);
  Room& room = rooms_.At(endpoint.room);
  Unlink(endpoints_, room.first_endpoint, index, kInRoom);
  --room.endpoints;
  endpoints_.Release(endpoints_.HandleOf(index));
}

void Registry::RemoveRoom(uint32_t index) {
  BATON_CHECK(rooms_.At(index).endpoints == 0);
  rooms_by_name_.Erase(HashBytes(rooms_.At(index).name, seed_), index);
  rooms_.Release(rooms_.HandleOf(index));
}

void Registry::SetReachable(uint32_t index, bool reachable) {
  ForEachLegOf(endpoints_.At(index), [&](uint32_t leg) {
    FanoutEntry& entry = fanout_.EntryOf(legs_.At(leg));
    entry.reachable = reachable;
    if (!reachable) entry.rewriter.Interrupt();
  });
}

}  // namespace baton::relay
