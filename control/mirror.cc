#include "control/mirror.h"

namespace baton::control {

using relay::EndpointState;

bool Mirror::Apply(size_t shard, const relay::Event& event) {
  return std::visit([&](const auto& e) { return On(shard, e); }, event);
}

Totals Mirror::totals() const {
  Totals sum;
  for (const Totals& shard : totals_) {
    sum.rooms += shard.rooms;
    sum.endpoints += shard.endpoints;
    sum.tracks += shard.tracks;
    sum.legs += shard.legs;
  }
  return sum;
}

const RoomRecord* Mirror::FindRoom(std::string_view room) const {
  const auto found = rooms_.find(room);
  return found == rooms_.end() ? nullptr : &found->second;
}

const EndpointRecord* Mirror::FindEndpoint(std::string_view room, std::string_view endpoint) const {
  const RoomRecord* record = FindRoom(room);
  if (record == nullptr) return nullptr;
  const auto found = record->endpoints.find(endpoint);
  return found == record->endpoints.end() ? nullptr : &found->second;
}

const TrackRecord* Mirror::FindTrack(std::string_view room, std::string_view endpoint,
                                     std::string_view track) const {
  const RoomRecord* record = FindRoom(room);
  if (record == nullptr) return nullptr;
  const auto found = record->tracks.find({std::string(endpoint), std::string(track)});
  return found == record->tracks.end() ? nullptr : &found->second;
}

const LegRecord* Mirror::FindLeg(std::string_view room, std::string_view subscriber,
                                 std::string_view publisher, std::string_view track) const {
  const RoomRecord* record = FindRoom(room);
  if (record == nullptr) return nullptr;
  const auto found =
      record->legs.find({std::string(subscriber), std::string(publisher), std::string(track)});
  return found == record->legs.end() ? nullptr : &found->second;
}

RoomRecord* Mirror::Room(std::string_view room) { return const_cast<RoomRecord*>(FindRoom(room)); }

EndpointRecord* Mirror::Endpoint(std::string_view room, std::string_view endpoint) {
  return const_cast<EndpointRecord*>(FindEndpoint(room, endpoint));
}

TrackRecord* Mirror::Track(std::string_view room, std::string_view endpoint,
                           std::string_view track) {
  return const_cast<TrackRecord*>(FindTrack(room, endpoint, track));
}

LegRecord* Mirror::Leg(std::string_view room, std::string_view subscriber,
                       std::string_view publisher, std::string_view track) {
  return const_cast<LegRecord*>(FindLeg(room, subscriber, publisher, track));
}

template <class Predicate>
void Mirror::EraseLegs(RoomRecord& room, Predicate goes) {
  const size_t erased =
      std::erase_if(room.legs, [&](const auto& leg) { return std::apply(goes, leg.first); });
  totals_[room.shard].legs -= static_cast<uint32_t>(erased);
}

bool Mirror::On(size_t shard, const relay::RoomCreated& event) {
  const auto [room, added] = rooms_.try_emplace(std::string(event.room));
  if (!added) return false;
  room->second.shard = shard;
  room->second.subscribe = event.subscribe;
  room->second.limits = event.limits;
  ++totals_[shard].rooms;
  return true;
}

bool Mirror::On(size_t, const relay::RoomClosed& event) {
  const auto found = rooms_.find(event.room.view());
  if (found == rooms_.end()) return false;
  const RoomRecord& room = found->second;
  Totals& totals = totals_[room.shard];
  totals.rooms -= 1;
  totals.endpoints -= static_cast<uint32_t>(room.endpoints.size());
  totals.tracks -= static_cast<uint32_t>(room.tracks.size());
  totals.legs -= static_cast<uint32_t>(room.legs.size());
  rooms_.erase(found);
  return true;
}

bool Mirror::On(size_t, const relay::EndpointAdded& event) {
  RoomRecord* room = Room(event.room);
  if (room == nullptr) return false;
  const auto [endpoint, added] = room->endpoints.try_emplace(std::string(event.endpoint));
  if (!added) return false;
  const bool proves = event.transport == relay::Transport::kIce;
  endpoint->second = {.transport = event.transport,
                      .state = proves ? EndpointState::kNew : EndpointState::kProven,
                      .remote = event.remote,
                      .local = event.local,
                      .remote_credentials = event.remote_credentials,
                      .parameters = event.parameters};
  ++totals_[room->shard].endpoints;
  return true;
}

bool Mirror::On(size_t, const relay::IceRemoteSet& event) {
  EndpointRecord* endpoint = Endpoint(event.room, event.endpoint);
  if (endpoint == nullptr) return false;
  endpoint->remote_credentials = event.remote;
  return true;
}

bool Mirror::On(size_t, const relay::EndpointProven& event) {
  EndpointRecord* endpoint = Endpoint(event.room, event.endpoint);
  if (endpoint == nullptr) return false;
  endpoint->state = EndpointState::kProven;
  endpoint->remote = event.remote;
  return true;
}

bool Mirror::On(size_t, const relay::EndpointAddressChanged& event) {
  EndpointRecord* endpoint = Endpoint(event.room, event.endpoint);
  if (endpoint == nullptr) return false;
  endpoint->remote = event.remote;
  return true;
}

bool Mirror::On(size_t, const relay::EndpointConsentLost& event) {
  EndpointRecord* endpoint = Endpoint(event.room, event.endpoint);
  if (endpoint == nullptr) return false;
  endpoint->state = EndpointState::kLost;
  return true;
}

bool Mirror::On(size_t, const relay::EndpointFirstPacket& event) {
  EndpointRecord* endpoint = Endpoint(event.room, event.endpoint);
  if (endpoint == nullptr) return false;
  endpoint->active = true;
  return true;
}

bool Mirror::On(size_t, const relay::EndpointSilent& event) {
  EndpointRecord* endpoint = Endpoint(event.room, event.endpoint);
  if (endpoint == nullptr) return false;
  endpoint->active = false;
  return true;
}

bool Mirror::On(size_t, const relay::EndpointRemoved& event) {
  RoomRecord* room = Room(event.room);
  const std::string name(event.endpoint);
  if (room == nullptr || room->endpoints.erase(name) == 0) return false;
  --totals_[room->shard].endpoints;
  if (room->dominant_speaker == name) room->dominant_speaker.clear();
  const size_t tracks =
      std::erase_if(room->tracks, [&](const auto& track) { return track.first.first == name; });
  totals_[room->shard].tracks -= static_cast<uint32_t>(tracks);
  EraseLegs(*room, [&](const auto& subscriber, const auto& publisher, const auto&) {
    return subscriber == name || publisher == name;
  });
  return true;
}

bool Mirror::On(size_t, const relay::TrackPublished& event) {
  EndpointRecord* endpoint = Endpoint(event.room, event.endpoint);
  if (endpoint == nullptr) return false;
  RoomRecord* room = Room(event.room);
  const auto [track, added] =
      room->tracks.try_emplace({std::string(event.endpoint), std::string(event.track)});
  if (!added) return false;
  track->second.parameters = event.parameters;
  ++endpoint->tracks;
  ++totals_[room->shard].tracks;
  return true;
}

bool Mirror::On(size_t, const relay::TrackStarted& event) {
  TrackRecord* track = Track(event.room, event.endpoint, event.track);
  if (track == nullptr) return false;
  track->active = true;
  return true;
}

bool Mirror::On(size_t, const relay::TrackStopped& event) {
  TrackRecord* track = Track(event.room, event.endpoint, event.track);
  if (track == nullptr) return false;
  track->active = false;
  return true;
}

bool Mirror::On(size_t, const relay::TrackUnpublished& event) {
  RoomRecord* room = Room(event.room);
  const TrackKey key{std::string(event.endpoint), std::string(event.track)};
  if (room == nullptr || room->tracks.erase(key) == 0) return false;
  --totals_[room->shard].tracks;
  --Endpoint(event.room, event.endpoint)->tracks;
  EraseLegs(*room, [&](const auto&, const auto& publisher, const auto& track) {
    return publisher == key.first && track == key.second;
  });
  return true;
}

bool Mirror::On(size_t, const relay::LegAdded& event) {
  const bool has_ends = FindEndpoint(event.room, event.subscriber) != nullptr &&
                        FindTrack(event.room, event.publisher, event.track) != nullptr;
  if (!has_ends) return false;
  RoomRecord* room = Room(event.room);
  const auto [leg, added] = room->legs.try_emplace(
      {std::string(event.subscriber), std::string(event.publisher), std::string(event.track)});
  if (!added) return false;
  leg->second.parameters = event.parameters;
  ++totals_[room->shard].legs;
  return true;
}

bool Mirror::On(size_t, const relay::LegPaused& event) {
  LegRecord* leg = Leg(event.room, event.subscriber, event.publisher, event.track);
  if (leg == nullptr) return false;
  leg->paused = event.paused;
  return true;
}

bool Mirror::On(size_t, const relay::LegLayerSet& event) {
  LegRecord* leg = Leg(event.room, event.subscriber, event.publisher, event.track);
  if (leg == nullptr) return false;
  leg->wanted = event.wanted;
  return true;
}

bool Mirror::On(size_t, const relay::LegLayerChanged& event) {
  LegRecord* leg = Leg(event.room, event.subscriber, event.publisher, event.track);
  if (leg == nullptr) return false;
  leg->current = event.current;
  return true;
}

bool Mirror::On(size_t, const relay::LegSwitched& event) {
  RoomRecord* room = Room(event.room);
  if (room == nullptr) return false;
  const std::string subscriber(event.subscriber);
  const LegKey from{subscriber, std::string(event.publisher), std::string(event.track)};
  const LegKey to{subscriber, std::string(event.to_publisher), std::string(event.to_track)};
  const bool possible = FindTrack(event.room, event.to_publisher, event.to_track) != nullptr &&
                        room->legs.contains(from) && !room->legs.contains(to);
  if (!possible) return false;
  auto leg = room->legs.extract(from);
  leg.key() = to;
  room->legs.insert(std::move(leg));
  return true;
}

bool Mirror::On(size_t, const relay::LegRemoved& event) {
  RoomRecord* room = Room(event.room);
  if (room == nullptr) return false;
  const LegKey key{std::string(event.subscriber), std::string(event.publisher),
                   std::string(event.track)};
  if (room->legs.erase(key) == 0) return false;
  --totals_[room->shard].legs;
  return true;
}

bool Mirror::On(size_t, const relay::SpeakerStarted& event) {
  EndpointRecord* endpoint = Endpoint(event.room, event.endpoint);
  if (endpoint == nullptr) return false;
  endpoint->speaking = true;
  return true;
}

bool Mirror::On(size_t, const relay::SpeakerStopped& event) {
  EndpointRecord* endpoint = Endpoint(event.room, event.endpoint);
  if (endpoint == nullptr) return false;
  endpoint->speaking = false;
  return true;
}

bool Mirror::On(size_t, const relay::DominantSpeakerChanged& event) {
  if (FindEndpoint(event.room, event.endpoint) == nullptr) return false;
  Room(event.room)->dominant_speaker = std::string(event.endpoint);
  return true;
}

}  // namespace baton::control
