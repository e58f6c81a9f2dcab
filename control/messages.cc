#include "control/messages.h"

#include <chrono>

#include "control/candidates.h"

namespace baton::control {
namespace {

v1::SubscribeMode ToMessage(relay::SubscribeMode mode) {
  return mode == relay::SubscribeMode::kManual ? v1::SUBSCRIBE_MODE_MANUAL : v1::SUBSCRIBE_MODE_ALL;
}

v1::EndpointState ToMessage(relay::EndpointState state) {
  switch (state) {
    case relay::EndpointState::kNew:
      return v1::ENDPOINT_STATE_NEW;
    case relay::EndpointState::kProven:
      return v1::ENDPOINT_STATE_PROVEN;
    case relay::EndpointState::kLost:
      return v1::ENDPOINT_STATE_LOST;
  }
  return v1::ENDPOINT_STATE_UNSPECIFIED;
}

void SetName(std::string_view room, const LegKey& key, v1::LegName* name) {
  name->set_room(std::string(room));
  name->set_subscriber(std::get<0>(key));
  name->set_publisher(std::get<1>(key));
  name->set_track(std::get<2>(key));
}

}  // namespace

v1::Room ToMessage(std::string_view name, const RoomRecord& room) {
  v1::Room message;
  message.set_name(std::string(name));
  message.set_subscribe_mode(ToMessage(room.subscribe));
  message.set_shard(static_cast<uint32_t>(room.shard));
  message.set_endpoint_count(static_cast<uint32_t>(room.endpoints.size()));
  message.set_track_count(static_cast<uint32_t>(room.tracks.size()));
  message.set_leg_count(static_cast<uint32_t>(room.legs.size()));
  return message;
}

v1::Endpoint ToMessage(std::string_view room, std::string_view name,
                       const EndpointRecord& endpoint) {
  v1::Endpoint message;
  message.set_room(std::string(room));
  message.set_name(std::string(name));
  const bool ice = endpoint.transport == relay::Transport::kIce;
  message.set_transport(ice ? v1::TRANSPORT_ICE : v1::TRANSPORT_PLAIN);
  message.set_state(ToMessage(endpoint.state));
  if (endpoint.remote.port != 0) message.set_remote(endpoint.remote.ToString());
  message.set_active(endpoint.active);
  message.set_track_count(endpoint.tracks);
  if (!endpoint.local.empty()) {
    message.mutable_ice_local()->set_ufrag(std::string(endpoint.local.ufrag));
  }
  if (!endpoint.remote_credentials.empty()) {
    message.mutable_ice_remote()->set_ufrag(std::string(endpoint.remote_credentials.ufrag));
  }
  return message;
}

v1::Track ToMessage(std::string_view room, const TrackKey& key, const TrackRecord& track) {
  v1::Track message;
  message.set_room(std::string(room));
  message.set_endpoint(key.first);
  message.set_name(key.second);
  const relay::TrackParameters& parameters = track.parameters;
  const bool video = parameters.kind == relay::MediaKind::kVideo;
  message.set_kind(video ? v1::MEDIA_KIND_VIDEO : v1::MEDIA_KIND_AUDIO);
  message.mutable_codec()->set_encoding(std::string(parameters.codec.encoding));
  message.mutable_codec()->set_clock_rate(parameters.codec.clock_rate);
  message.mutable_codec()->set_channels(parameters.codec.channels);
  message.set_payload_type(parameters.payload_type.value());
  message.set_ssrc(parameters.ssrc.value());
  message.set_active(track.active);
  return message;
}

v1::Leg ToMessage(std::string_view room, const LegKey& key, const LegRecord& leg) {
  v1::Leg message;
  SetName(room, key, message.mutable_name());
  message.set_ssrc(leg.parameters.ssrc.value());
  message.set_payload_type(leg.parameters.payload_type.value());
  message.set_paused(leg.paused);
  return message;
}

void AddSecrets(const EndpointRecord& endpoint, v1::Endpoint* message) {
  if (!endpoint.local.empty()) {
    message->mutable_ice_local()->set_password(std::string(endpoint.local.password));
  }
  if (!endpoint.remote_credentials.empty()) {
    message->mutable_ice_remote()->set_password(std::string(endpoint.remote_credentials.password));
  }
}

void AddMediaAddresses(const std::vector<TransportAddress>& addresses, v1::Endpoint* message) {
  for (size_t i = 0; i < addresses.size(); ++i) {
    const std::string text = addresses[i].ToString();
    message->add_media_addresses(text);
    if (message->transport() != v1::TRANSPORT_ICE) continue;
    v1::Candidate* candidate = message->add_candidates();
    candidate->set_address(text);
    candidate->set_line(CandidateLine(addresses[i], i));
  }
}

void AddRoom(std::string_view name, const RoomRecord& room, v1::State* state) {
  *state->add_rooms() = ToMessage(name, room);
  for (const auto& [endpoint, record] : room.endpoints) {
    *state->add_endpoints() = ToMessage(name, endpoint, record);
  }
  for (const auto& [key, record] : room.tracks) *state->add_tracks() = ToMessage(name, key, record);
  for (const auto& [key, record] : room.legs) *state->add_legs() = ToMessage(name, key, record);
}

v1::RoomStatistics ToMessage(std::string_view room, const relay::RoomStatistics& statistics) {
  v1::RoomStatistics message;
  for (const relay::TrackStatistics& from : statistics.tracks) {
    v1::TrackStatistics* to = message.add_tracks();
    to->set_endpoint(std::string(from.publisher));
    to->set_track(std::string(from.track));
    to->set_packets(from.packets);
    to->set_bytes(from.bytes);
    to->set_lost(from.lost);
    to->set_jitter(from.jitter);
    if (from.packets == 0) continue;
    const auto idle = std::chrono::duration_cast<std::chrono::milliseconds>(from.idle);
    to->set_idle_ms(static_cast<uint64_t>(idle.count()));
  }
  for (const relay::LegStatistics& from : statistics.legs) {
    v1::LegStatistics* to = message.add_legs();
    SetName(room,
            {std::string(from.subscriber), std::string(from.publisher), std::string(from.track)},
            to->mutable_leg());
    to->set_paused(from.paused);
    to->set_packets(from.packets);
    to->set_bytes(from.bytes);
    to->set_dropped(from.dropped);
  }
  return message;
}

}  // namespace baton::control
