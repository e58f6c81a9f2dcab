#include "control/messages.h"

#include "control/candidates.h"
#include "rtp/header_extensions.h"

namespace baton::control {
namespace {

v1::SubscribeMode ToMessage(relay::SubscribeMode mode) {
  return mode == relay::SubscribeMode::kManual ? v1::SUBSCRIBE_MODE_MANUAL : v1::SUBSCRIBE_MODE_ALL;
}

v1::Transport ToMessage(relay::Transport transport) {
  switch (transport) {
    case relay::Transport::kPlain:
      return v1::TRANSPORT_PLAIN;
    case relay::Transport::kIce:
      return v1::TRANSPORT_ICE;
    case relay::Transport::kSink:
      return v1::TRANSPORT_SINK;
  }
  return v1::TRANSPORT_UNSPECIFIED;
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

v1::Feedback ToMessage(const relay::Feedback& feedback) {
  v1::Feedback message;
  message.set_nack(feedback.nack);
  message.set_picture_loss(feedback.picture_loss);
  message.set_full_intra(feedback.full_intra);
  return message;
}

void SetStreams(const relay::TrackParameters& parameters, v1::Track* message) {
  message->set_ssrc(parameters.encodings[0].ssrc.value());
  for (const relay::Encoding& encoding : parameters.encodings) {
    v1::Encoding* to = message->add_encodings();
    to->set_ssrc(encoding.ssrc.value());
    to->set_rid(std::string(encoding.rid));
    to->set_rtx_ssrc(encoding.rtx_ssrc.value());
  }
  if (parameters.rtx_payload_type) {
    message->set_rtx_payload_type(parameters.rtx_payload_type->value());
  }
  message->set_mid(std::string(parameters.mid));
}

}  // namespace

void SetName(std::string_view room, const LegKey& key, v1::LegName* name) {
  name->set_room(std::string(room));
  name->set_subscriber(std::get<0>(key));
  name->set_publisher(std::get<1>(key));
  name->set_track(std::get<2>(key));
}

v1::Layer ToMessage(const relay::Layer& layer) {
  v1::Layer message;
  if (layer.spatial != relay::Layer::kHighest) message.set_spatial(layer.spatial);
  if (layer.temporal != relay::Layer::kHighest) message.set_temporal(layer.temporal);
  return message;
}

v1::Room ToMessage(std::string_view name, const RoomRecord& room) {
  v1::Room message;
  message.set_name(std::string(name));
  message.set_subscribe_mode(ToMessage(room.subscribe));
  message.set_shard(static_cast<uint32_t>(room.shard));
  message.set_endpoint_count(static_cast<uint32_t>(room.endpoints.size()));
  message.set_track_count(static_cast<uint32_t>(room.tracks.size()));
  message.set_leg_count(static_cast<uint32_t>(room.legs.size()));
  message.set_loudest_audio(room.limits.loudest_audio);
  message.set_latest_video(room.limits.latest_video);
  message.set_dominant_speaker(room.dominant_speaker);
  return message;
}

v1::Endpoint ToMessage(std::string_view room, std::string_view name,
                       const EndpointRecord& endpoint) {
  v1::Endpoint message;
  message.set_room(std::string(room));
  message.set_name(std::string(name));
  message.set_transport(ToMessage(endpoint.transport));
  message.set_state(ToMessage(endpoint.state));
  if (endpoint.remote.port != 0) message.set_remote(endpoint.remote.ToString());
  message.set_active(endpoint.active);
  message.set_track_count(endpoint.tracks);
  message.set_rtx(endpoint.parameters.rtx);
  message.set_speaking(endpoint.speaking);
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
  SetStreams(parameters, &message);
  const bool screen = parameters.source == relay::TrackSource::kScreen;
  message.set_source(screen ? v1::TRACK_SOURCE_SCREEN : v1::TRACK_SOURCE_MAIN);
  message.set_opaque(parameters.opaque);
  *message.mutable_feedback() = ToMessage(parameters.feedback);
  message.set_active(track.active);
  return message;
}

v1::Leg ToMessage(std::string_view room, const LegKey& key, const LegRecord& leg) {
  v1::Leg message;
  SetName(room, key, message.mutable_name());
  message.set_ssrc(leg.parameters.ssrc.value());
  message.set_payload_type(leg.parameters.payload_type.value());
  message.set_paused(leg.paused);
  if (leg.parameters.rtx) {
    message.set_rtx_payload_type(leg.parameters.rtx->payload_type.value());
    message.set_rtx_ssrc(leg.parameters.rtx->ssrc.value());
  }
  message.set_mid(std::string(leg.parameters.mid));
  *message.mutable_wanted() = ToMessage(leg.wanted);
  if (leg.current) *message.mutable_current() = ToMessage(*leg.current);
  return message;
}

void AddDetails(const EndpointRecord& endpoint, v1::Endpoint* message) {
  if (!endpoint.local.empty()) {
    message->mutable_ice_local()->set_password(std::string(endpoint.local.password));
  }
  if (!endpoint.remote_credentials.empty()) {
    message->mutable_ice_remote()->set_password(std::string(endpoint.remote_credentials.password));
  }
  for (size_t i = 0; i < rtp::kExtensionKinds; ++i) {
    const auto kind = static_cast<rtp::ExtensionKind>(i);
    const uint8_t id = endpoint.parameters.extensions.IdOf(kind);
    if (id == 0) continue;
    v1::HeaderExtension* extension = message->add_extensions();
    extension->set_uri(std::string(rtp::Uri(kind)));
    extension->set_id(id);
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

}  // namespace baton::control
