#include "cmd/batonctl/output/events.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cmd/batonctl/input/terms.h"
#include "cmd/batonctl/output/recording_events.h"
#include "cmd/batonctl/output/safe_text.h"
#include "cmd/batonctl/output/views.h"

namespace baton::cli {
namespace {

namespace v1 = control::v1;

std::string Path(const v1::EndpointName& name) {
  return absl::StrCat(name.room(), "/", name.endpoint());
}

std::string Path(const v1::TrackName& name) {
  return absl::StrCat(name.room(), "/", name.endpoint(), "/", name.track());
}

std::string Path(const v1::LegName& name) {
  return absl::StrCat(name.room(), "/", name.subscriber(), " <- ", FormatTrack(name));
}

std::string Whereabouts(const v1::Endpoint& endpoint) {
  switch (endpoint.transport()) {
    case v1::TRANSPORT_ICE:
      return "ice";
    case v1::TRANSPORT_SINK:
      return "sink";
    default:
      return endpoint.remote();
  }
}

EventDescription Describe(const v1::Endpoint& endpoint) {
  return {absl::StrCat(endpoint.room(), "/", endpoint.name()), Whereabouts(endpoint)};
}

EventDescription Describe(const v1::Track& track) {
  return {absl::StrCat(track.room(), "/", track.endpoint(), "/", track.name()),
          absl::StrCat(FormatCodec(track.codec()), " pt ", track.payload_type(), " ssrc ",
                       FormatStreams(track))};
}

EventDescription Describe(const v1::Leg& leg) {
  return {Path(leg.name()),
          absl::StrCat("pt ", leg.payload_type(), " ssrc ", FormatSsrc(leg.ssrc()))};
}

EventDescription Describe(const v1::Event& event) {
  switch (event.body_case()) {
    case v1::Event::kRoomCreated:
      return {event.room_created().room().name(), ""};
    case v1::Event::kRoomClosed:
      return {event.room_closed().room(), ""};
    case v1::Event::kEndpointAdded:
      return Describe(event.endpoint_added().endpoint());
    case v1::Event::kIceRemoteSet:
      return {Path(event.ice_remote_set().name()), ""};
    case v1::Event::kEndpointProven:
      return {Path(event.endpoint_proven().name()), event.endpoint_proven().remote()};
    case v1::Event::kEndpointAddressChanged:
      return {Path(event.endpoint_address_changed().name()),
              event.endpoint_address_changed().remote()};
    case v1::Event::kEndpointConsentLost:
      return {Path(event.endpoint_consent_lost().name()), ""};
    case v1::Event::kEndpointFirstPacket:
      return {Path(event.endpoint_first_packet().name()), ""};
    case v1::Event::kEndpointSilent:
      return {Path(event.endpoint_silent().name()), ""};
    case v1::Event::kEndpointRemoved:
      return {Path(event.endpoint_removed().name()), ""};
    case v1::Event::kTrackPublished:
      return Describe(event.track_published().track());
    case v1::Event::kTrackStarted:
      return {Path(event.track_started().name()), ""};
    case v1::Event::kTrackStopped:
      return {Path(event.track_stopped().name()), ""};
    case v1::Event::kTrackUnpublished:
      return {Path(event.track_unpublished().name()), ""};
    case v1::Event::kLegAdded:
      return Describe(event.leg_added().leg());
    case v1::Event::kLegPaused:
      return {Path(event.leg_paused().name()), ""};
    case v1::Event::kLegResumed:
      return {Path(event.leg_resumed().name()), ""};
    case v1::Event::kLegRemoved:
      return {Path(event.leg_removed().name()), ""};
    case v1::Event::kLegLayerSet:
      return {Path(event.leg_layer_set().name()), FormatLayer(event.leg_layer_set().wanted())};
    case v1::Event::kLegLayerChanged:
      return {Path(event.leg_layer_changed().name()),
              FormatLayer(event.leg_layer_changed().current())};
    case v1::Event::kLegSwitched:
      return {Path(event.leg_switched().name()),
              absl::StrCat("now ", event.leg_switched().to_publisher(), "/",
                           event.leg_switched().to_track())};
    case v1::Event::kSpeakerStarted:
      return {Path(event.speaker_started().name()), ""};
    case v1::Event::kSpeakerStopped:
      return {Path(event.speaker_stopped().name()), ""};
    case v1::Event::kDominantSpeakerChanged:
      return {Path(event.dominant_speaker_changed().name()), ""};
    default:
      return DescribeRecording(event);
  }
}

std::string KindOf(const v1::Event& event) {
  const auto* field = v1::Event::descriptor()->FindFieldByNumber(event.body_case());
  // A node that is newer than this program may have events that it does not know.
  return field == nullptr ? "unknown" : field->name();
}

std::string Count(int count, const char* noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

}  // namespace

std::string EventLine(const v1::Event& event) {
  const EventDescription description = Describe(event);
  std::string line = absl::StrFormat("%6d  %-24s  %s", event.revision(), KindOf(event),
                                     SafeText(description.subject));
  if (!description.detail.empty()) absl::StrAppend(&line, "  ", SafeText(description.detail));
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

std::string SnapshotLine(const v1::Position& position, const v1::State& state) {
  return absl::StrCat(
      "at ", position.epoch(), ":", position.revision(), ": ", Count(state.rooms_size(), "room"),
      ", ", Count(state.endpoints_size(), "endpoint"), ", ", Count(state.tracks_size(), "track"),
      ", ", Count(state.legs_size(), "leg"),
      state.recordings().empty() ? "" : ", " + Count(state.recordings_size(), "recording"), "\n");
}

}  // namespace baton::cli
