// relay::Event to v1::Event.
#include <variant>

#include "control/messages.h"

namespace baton::control {
namespace {

template <class E>
void SetEndpointName(const E& event, v1::EndpointName* name) {
  name->set_room(std::string(event.room));
  name->set_endpoint(std::string(event.endpoint));
}

template <class E>
void SetTrackName(const E& event, v1::TrackName* name) {
  name->set_room(std::string(event.room));
  name->set_endpoint(std::string(event.endpoint));
  name->set_track(std::string(event.track));
}

template <class E>
void SetLegName(const E& event, v1::LegName* name) {
  name->set_room(std::string(event.room));
  name->set_subscriber(std::string(event.subscriber));
  name->set_publisher(std::string(event.publisher));
  name->set_track(std::string(event.track));
}

struct Writer {
  size_t shard;
  v1::Event* out;

  void operator()(const relay::RoomCreated& e) const {
    *out->mutable_room_created()->mutable_room() =
        ToMessage(e.room, RoomRecord{.shard = shard, .subscribe = e.subscribe, .limits = e.limits});
  }
  void operator()(const relay::RoomClosed& e) const {
    out->mutable_room_closed()->set_room(std::string(e.room));
  }
  void operator()(const relay::EndpointAdded& e) const {
    const bool proves = e.transport == relay::Transport::kIce;
    *out->mutable_endpoint_added()->mutable_endpoint() = ToMessage(
        e.room, e.endpoint,
        EndpointRecord{.transport = e.transport,
                       .state = proves ? relay::EndpointState::kNew : relay::EndpointState::kProven,
                       .remote = e.remote,
                       .local = e.local,
                       .remote_credentials = e.remote_credentials,
                       .parameters = e.parameters});
  }
  void operator()(const relay::IceRemoteSet& e) const {
    SetEndpointName(e, out->mutable_ice_remote_set()->mutable_name());
  }
  void operator()(const relay::EndpointProven& e) const {
    SetEndpointName(e, out->mutable_endpoint_proven()->mutable_name());
    out->mutable_endpoint_proven()->set_remote(e.remote.ToString());
  }
  void operator()(const relay::EndpointAddressChanged& e) const {
    SetEndpointName(e, out->mutable_endpoint_address_changed()->mutable_name());
    out->mutable_endpoint_address_changed()->set_remote(e.remote.ToString());
  }
  void operator()(const relay::EndpointConsentLost& e) const {
    SetEndpointName(e, out->mutable_endpoint_consent_lost()->mutable_name());
  }
  void operator()(const relay::EndpointFirstPacket& e) const {
    SetEndpointName(e, out->mutable_endpoint_first_packet()->mutable_name());
  }
  void operator()(const relay::EndpointSilent& e) const {
    SetEndpointName(e, out->mutable_endpoint_silent()->mutable_name());
  }
  void operator()(const relay::EndpointRemoved& e) const {
    SetEndpointName(e, out->mutable_endpoint_removed()->mutable_name());
  }
  void operator()(const relay::TrackPublished& e) const {
    *out->mutable_track_published()->mutable_track() =
        ToMessage(e.room, TrackKey{std::string(e.endpoint), std::string(e.track)},
                  TrackRecord{.parameters = e.parameters});
  }
  void operator()(const relay::TrackStarted& e) const {
    SetTrackName(e, out->mutable_track_started()->mutable_name());
  }
  void operator()(const relay::TrackStopped& e) const {
    SetTrackName(e, out->mutable_track_stopped()->mutable_name());
  }
  void operator()(const relay::TrackUnpublished& e) const {
    SetTrackName(e, out->mutable_track_unpublished()->mutable_name());
  }
  void operator()(const relay::LegAdded& e) const {
    *out->mutable_leg_added()->mutable_leg() = ToMessage(
        e.room, LegKey{std::string(e.subscriber), std::string(e.publisher), std::string(e.track)},
        LegRecord{.parameters = e.parameters});
  }
  void operator()(const relay::LegPaused& e) const {
    SetLegName(e, e.paused ? out->mutable_leg_paused()->mutable_name()
                           : out->mutable_leg_resumed()->mutable_name());
  }
  void operator()(const relay::LegLayerSet& e) const {
    SetLegName(e, out->mutable_leg_layer_set()->mutable_name());
    *out->mutable_leg_layer_set()->mutable_wanted() = ToMessage(e.wanted);
  }
  void operator()(const relay::LegLayerChanged& e) const {
    SetLegName(e, out->mutable_leg_layer_changed()->mutable_name());
    *out->mutable_leg_layer_changed()->mutable_current() = ToMessage(e.current);
  }
  void operator()(const relay::LegSwitched& e) const {
    SetLegName(e, out->mutable_leg_switched()->mutable_name());
    out->mutable_leg_switched()->set_to_publisher(std::string(e.to_publisher));
    out->mutable_leg_switched()->set_to_track(std::string(e.to_track));
  }
  void operator()(const relay::LegRemoved& e) const {
    SetLegName(e, out->mutable_leg_removed()->mutable_name());
  }
  void operator()(const relay::SpeakerStarted& e) const {
    SetEndpointName(e, out->mutable_speaker_started()->mutable_name());
  }
  void operator()(const relay::SpeakerStopped& e) const {
    SetEndpointName(e, out->mutable_speaker_stopped()->mutable_name());
  }
  void operator()(const relay::DominantSpeakerChanged& e) const {
    SetEndpointName(e, out->mutable_dominant_speaker_changed()->mutable_name());
  }
};

}  // namespace

v1::Event ToMessage(size_t shard, const relay::Event& event) {
  v1::Event message;
  std::visit(Writer{shard, &message}, event);
  return message;
}

}  // namespace baton::control
