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
constexpr auto kOfTrack = [](Leg& leg) -> Links& { return leg.of_track; };

uint32_t OrNone(uint32_t found) { return found == HashIndex::kNotFound ? kNoIndex : found; }

}  // namespace

Registry::Registry(const Limits& limits, uint64_t seed)
    : seed_(seed),
      rooms_(limits.rooms),
      endpoints_(limits.endpoints),
      tracks_(limits.tracks),
      streams_(limits.streams),
      legs_(limits.legs),
      rooms_by_name_(limits.rooms),
      endpoints_by_name_(limits.endpoints),
      legs_by_ends_(limits.legs),
      legs_by_ssrc_(limits.legs),
      flows_(limits.endpoints, seed),
      fanout_(limits),
      segments_(limits.legs) {}

uint64_t Registry::EndpointHash(uint32_t room, std::string_view name) const {
  return HashBytes(name, MixHash(seed_, room));
}

uint64_t Registry::LegHash(uint32_t subscriber, uint32_t track) const {
  return MixHash(seed_, uint64_t{subscriber} << 32 | track);
}

uint64_t Registry::SsrcHash(uint32_t subscriber, rtp::Ssrc ssrc) const {
  return MixHash(seed_, uint64_t{subscriber} << 32 | ssrc.value());
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
  for (const uint32_t track : publisher.tracks) {
    if (tracks_.At(track).name == name) return track;
  }
  return kNoIndex;
}

uint32_t Registry::FindStream(const Endpoint& publisher, std::string_view mid,
                              std::string_view rid) const {
  for (const uint32_t index : publisher.tracks) {
    const Track& track = tracks_.At(index);
    if (track.parameters.mid != mid) continue;
    for (size_t i = 0; i < track.streams.size(); ++i) {
      if (track.parameters.encodings[i].rid == rid) return track.streams[i];
    }
  }
  return kNoIndex;
}

uint32_t Registry::FindStreamBySsrc(uint32_t publisher, rtp::Ssrc ssrc) const {
  for (const SourceEntry& source : endpoints_.At(publisher).sources) {
    if (source.ssrc == ssrc && !source.rtx) return source.stream;
  }
  return kNoIndex;
}

uint32_t Registry::FindLegBySsrc(uint32_t subscriber, rtp::Ssrc ssrc) const {
  return OrNone(legs_by_ssrc_.Find(SsrcHash(subscriber, ssrc), [&](uint32_t i) {
    return legs_.At(i).subscriber == subscriber && legs_.At(i).parameters.ssrc == ssrc;
  }));
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

uint32_t Registry::AddEndpoint(uint32_t room, const Name& name, Transport transport,
                               const EndpointParameters& parameters) {
  const uint32_t index = endpoints_.Take().index;
  Endpoint& endpoint = endpoints_.At(index);
  endpoint.name = name;
  endpoint.room = room;
  endpoint.transport = transport;
  endpoint.parameters = parameters;
  endpoint.joined = next_order_++;
  endpoints_by_name_.Insert(EndpointHash(room, name), index);
  Link(endpoints_, rooms_.At(room).first_endpoint, index, kInRoom);
  ++rooms_.At(room).endpoints;
  return index;
}

uint32_t Registry::AddTrack(uint32_t publisher, const Name& name,
                            const TrackParameters& parameters) {
  const uint32_t index = tracks_.Take().index;
  Track& track = tracks_.At(index);
  Endpoint& endpoint = endpoints_.At(publisher);
  track.name = name;
  track.publisher = publisher;
  track.published = next_order_++;
  track.parameters = parameters;
  if (!parameters.opaque) track.format = rtp::PayloadFormatOf(parameters.codec.encoding);
  for (size_t i = 0; i < parameters.encodings.size(); ++i) {
    const uint32_t stream_index = streams_.Take().index;
    Stream& stream = streams_.At(stream_index);
    stream.track = index;
    stream.encoding = static_cast<uint8_t>(i);
    stream.ingress = Ingress(parameters.codec.clock_rate);
    stream.clock = SenderClock(parameters.codec.clock_rate);
    track.streams.push_back(stream_index);
    const Encoding& encoding = parameters.encodings[i];
    if (encoding.ssrc != kUnknownSsrc) AddSource(endpoint, {encoding.ssrc, stream_index, false});
    if (encoding.rtx_ssrc != kUnknownSsrc) {
      AddSource(endpoint, {encoding.rtx_ssrc, stream_index, true});
    }
  }
  endpoint.tracks.push_back(index);
  ++rooms_.At(endpoint.room).tracks;
  ++tracks_by_kind_[static_cast<size_t>(parameters.kind)];
  return index;
}

bool Registry::SsrcInUse(const Endpoint& endpoint, rtp::Ssrc ssrc) {
  bool used = endpoint.relay_ssrc == ssrc;
  for (const SourceEntry& source : endpoint.sources) used |= source.ssrc == ssrc;
  ForEachLegOf(endpoint, [&](uint32_t leg) {
    const LegParameters& parameters = legs_.At(leg).parameters;
    used |= parameters.ssrc == ssrc || (parameters.rtx && parameters.rtx->ssrc == ssrc);
  });
  return used;
}

const SourceEntry* Registry::AddSource(Endpoint& publisher, const SourceEntry& source) {
  publisher.sources.push_back(source);
  if (!source.rtx) streams_.At(source.stream).ssrc = source.ssrc;
  return publisher.sources.end() - 1;
}

uint32_t Registry::AddLeg(uint32_t subscriber, uint32_t track, const LegParameters& parameters) {
  const uint32_t index = legs_.Take().index;
  Leg& leg = legs_.At(index);
  leg.subscriber = subscriber;
  leg.track = track;
  leg.parameters = parameters;
  segments_[index].Clear();
  legs_by_ends_.Insert(LegHash(subscriber, track), index);
  legs_by_ssrc_.Insert(SsrcHash(subscriber, parameters.ssrc), index);
  Link(legs_, endpoints_.At(subscriber).first_leg, index, kOfSubscriber);
  Link(legs_, tracks_.At(track).first_leg, index, kOfTrack);
  ++tracks_.At(track).legs;
  return index;
}

void Registry::Place(uint32_t index, LegPlace Leg::*which, uint32_t stream,
                     const FanoutEntry& entry) {
  legs_.At(index).*which = fanout_.Append(stream, streams_.At(stream), entry);
}

void Registry::Displace(uint32_t index, LegPlace Leg::*which) {
  Leg& leg = legs_.At(index);
  const LegPlace place = leg.*which;
  if (place.is_none()) return;
  leg.*which = {};
  leg.packets_before += fanout_.At(place).packets;
  leg.totals_before.bytes += fanout_.TotalsAt(place).bytes;
  leg.totals_before.dropped += fanout_.TotalsAt(place).dropped;
  fanout_.Remove(streams_.At(place.stream), place, legs_);
}

void Registry::MoveLeg(uint32_t index, uint32_t track) {
  Leg& leg = legs_.At(index);
  legs_by_ends_.Erase(LegHash(leg.subscriber, leg.track), index);
  Unlink(legs_, tracks_.At(leg.track).first_leg, index, kOfTrack);
  --tracks_.At(leg.track).legs;
  leg.track = track;
  legs_by_ends_.Insert(LegHash(leg.subscriber, track), index);
  Link(legs_, tracks_.At(track).first_leg, index, kOfTrack);
  ++tracks_.At(track).legs;
}

Layer Registry::CurrentLayer(const Leg& leg) const {
  const LegMapping& mapping = CursorOf(leg).mapping;
  const auto layer_of = [](uint8_t highest) {
    return highest == LegMapping::kAllLayers ? Layer::kHighest : highest;
  };
  Layer layer{layer_of(mapping.spatial()), layer_of(mapping.temporal())};
  if (leg.current.is_none()) return layer;
  const Stream& stream = streams_.At(leg.current.stream);
  if (tracks_.At(stream.track).streams.size() > 1) layer.spatial = stream.encoding;
  return layer;
}

uint64_t Registry::PacketsOf(const Leg& leg) const {
  return leg.packets_before + (leg.current.is_none() ? 0 : fanout_.At(leg.current).packets);
}

uint64_t Registry::BytesOf(const Leg& leg) const {
  return leg.totals_before.bytes +
         (leg.current.is_none() ? 0 : fanout_.TotalsAt(leg.current).bytes);
}

uint64_t Registry::DroppedOf(const Leg& leg) const {
  uint64_t dropped = leg.totals_before.dropped;
  for (const LegPlace& place : {leg.current, leg.next}) {
    if (!place.is_none()) dropped += fanout_.TotalsAt(place).dropped;
  }
  return dropped;
}

uint32_t Registry::AnyStranger(const Stream& stream) {
  uint32_t stranger = kNoIndex;
  ForEachEntryOf(stream, [&](const FanoutEntry& entry) {
    if (legs_.At(entry.leg).track != stream.track) stranger = entry.leg;
  });
  return stranger;
}

void Registry::NoteRoundTrip(uint32_t index, Duration round_trip) {
  Duration& smoothed = endpoints_.At(index).round_trip;
  smoothed = smoothed > Duration::zero() ? smoothed + (round_trip - smoothed) / 8 : round_trip;
}

void Registry::RemoveLeg(uint32_t index) {
  Displace(index, &Leg::current);
  Displace(index, &Leg::next);
  const Leg leg = legs_.At(index);
  legs_by_ends_.Erase(LegHash(leg.subscriber, leg.track), index);
  legs_by_ssrc_.Erase(SsrcHash(leg.subscriber, leg.parameters.ssrc), index);
  Unlink(legs_, endpoints_.At(leg.subscriber).first_leg, index, kOfSubscriber);
  Unlink(legs_, tracks_.At(leg.track).first_leg, index, kOfTrack);
  --tracks_.At(leg.track).legs;
  legs_.Release(legs_.HandleOf(index));
}

void Registry::RemoveTrack(uint32_t index) {
  Track& track = tracks_.At(index);
  while (track.first_leg != kNoIndex) RemoveLeg(track.first_leg);
  Endpoint& endpoint = endpoints_.At(track.publisher);
  endpoint.tracks.EraseIf([&](uint32_t other) { return other == index; });
  endpoint.sources.EraseIf(
      [&](const SourceEntry& source) { return streams_.At(source.stream).track == index; });
  for (const uint32_t stream : track.streams) {
    BATON_CHECK(streams_.At(stream).first_chunk == kNoIndex);
    streams_.Release(streams_.HandleOf(stream));
  }
  --rooms_.At(endpoint.room).tracks;
  --tracks_by_kind_[static_cast<size_t>(track.parameters.kind)];
  tracks_.Release(tracks_.HandleOf(index));
}

void Registry::RemoveEndpoint(uint32_t index) {
  Endpoint& endpoint = endpoints_.At(index);
  while (endpoint.first_leg != kNoIndex) RemoveLeg(endpoint.first_leg);
  while (!endpoint.tracks.empty()) RemoveTrack(endpoint.tracks[0]);
  endpoints_by_name_.Erase(EndpointHash(endpoint.room, endpoint.name), index);
  Room& room = rooms_.At(endpoint.room);
  Unlink(endpoints_, room.first_endpoint, index, kInRoom);
  room.dominant.Forget(index);
  --room.endpoints;
  endpoints_.Release(endpoints_.HandleOf(index));
}

void Registry::RemoveRoom(uint32_t index) {
  BATON_CHECK(rooms_.At(index).endpoints == 0);
  rooms_by_name_.Erase(HashBytes(rooms_.At(index).name, seed_), index);
  rooms_.Release(rooms_.HandleOf(index));
}

}  // namespace baton::relay
