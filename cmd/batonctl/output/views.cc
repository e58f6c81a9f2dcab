#include "cmd/batonctl/output/views.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cmd/batonctl/input/terms.h"
#include "cmd/batonctl/output/table.h"

namespace baton::cli {
namespace {

namespace v1 = control::v1;

std::string SubscribeText(v1::SubscribeMode mode) {
  return mode == v1::SUBSCRIBE_MODE_MANUAL ? "manual" : "all";
}

std::string TransportText(v1::Transport transport) {
  return transport == v1::TRANSPORT_ICE ? "ice" : "plain";
}

std::string StateText(v1::EndpointState state) {
  switch (state) {
    case v1::ENDPOINT_STATE_NEW:
      return "new";
    case v1::ENDPOINT_STATE_PROVEN:
      return "proven";
    case v1::ENDPOINT_STATE_LOST:
      return "lost";
    default:
      return "unknown";
  }
}

std::string KindText(v1::MediaKind kind) {
  return kind == v1::MEDIA_KIND_AUDIO ? "audio" : "video";
}

std::string YesNo(bool yes) { return yes ? "yes" : "no"; }

std::string Section(const char* title, int count, const std::string& table) {
  return count == 0 ? absl::StrCat("\nno ", title, "\n") : absl::StrCat("\n", title, ":\n", table);
}

}  // namespace

std::string FormatSsrc(uint32_t ssrc) { return absl::StrFormat("0x%08x", ssrc); }

std::string FormatLayer(const v1::Layer& layer) {
  constexpr const char* kHighest = "highest";
  if (!layer.has_spatial() && !layer.has_temporal()) return kHighest;
  return absl::StrCat(layer.has_spatial() ? absl::StrCat(layer.spatial()) : kHighest, "/",
                      layer.has_temporal() ? absl::StrCat(layer.temporal()) : kHighest);
}

std::string FormatTrack(const v1::LegName& leg) {
  return absl::StrCat(leg.publisher(), "/", leg.track());
}

std::string RoomTable(const List<v1::Room>& rooms) {
  Table table({{"NAME"},
               {"SUBSCRIBE"},
               {"SHARD", Align::kRight},
               {"ENDPOINTS", Align::kRight},
               {"TRACKS", Align::kRight},
               {"LEGS", Align::kRight}});
  for (const v1::Room& room : rooms) {
    table.Add({room.name(), SubscribeText(room.subscribe_mode()), absl::StrCat(room.shard()),
               absl::StrCat(room.endpoint_count()), absl::StrCat(room.track_count()),
               absl::StrCat(room.leg_count())});
  }
  return table.Render();
}

std::string EndpointTable(const List<v1::Endpoint>& endpoints) {
  Table table(
      {{"ENDPOINT"}, {"TRANSPORT"}, {"STATE"}, {"REMOTE"}, {"ACTIVE"}, {"TRACKS", Align::kRight}});
  for (const v1::Endpoint& endpoint : endpoints) {
    table.Add({endpoint.name(), TransportText(endpoint.transport()), StateText(endpoint.state()),
               endpoint.remote(), YesNo(endpoint.active()), absl::StrCat(endpoint.track_count())});
  }
  return table.Render();
}

std::string TrackTable(const List<v1::Track>& tracks) {
  Table table({{"TRACK"}, {"KIND"}, {"CODEC"}, {"PT", Align::kRight}, {"SSRC"}, {"ACTIVE"}});
  for (const v1::Track& track : tracks) {
    table.Add({absl::StrCat(track.endpoint(), "/", track.name()), KindText(track.kind()),
               FormatCodec(track.codec()), absl::StrCat(track.payload_type()),
               FormatSsrc(track.ssrc()), YesNo(track.active())});
  }
  return table.Render();
}

std::string LegTable(const List<v1::Leg>& legs) {
  Table table({{"SUBSCRIBER"}, {"TRACK"}, {"PT", Align::kRight}, {"SSRC"}, {"PAUSED"}});
  for (const v1::Leg& leg : legs) {
    table.Add({leg.name().subscriber(), FormatTrack(leg.name()), absl::StrCat(leg.payload_type()),
               FormatSsrc(leg.ssrc()), YesNo(leg.paused())});
  }
  return table.Render();
}

std::string RoomView(const v1::State& state) {
  return absl::StrCat(
      RoomTable(state.rooms()),
      Section("endpoints", state.endpoints_size(), EndpointTable(state.endpoints())),
      Section("tracks", state.tracks_size(), TrackTable(state.tracks())),
      Section("legs", state.legs_size(), LegTable(state.legs())));
}

std::string EndpointView(const v1::Endpoint& endpoint) {
  FieldList fields;
  fields.Add("endpoint", absl::StrCat(endpoint.room(), "/", endpoint.name()));
  fields.Add("transport", TransportText(endpoint.transport()));
  fields.Add("state", StateText(endpoint.state()));
  fields.Add("remote", endpoint.remote());
  fields.Add("active", YesNo(endpoint.active()));
  fields.Add("tracks", absl::StrCat(endpoint.track_count()));
  fields.Add("media", absl::StrJoin(endpoint.media_addresses(), ", "));
  if (endpoint.has_ice_local()) {
    fields.Add("ufrag", endpoint.ice_local().ufrag());
    fields.Add("password", endpoint.ice_local().password());
  }
  if (endpoint.has_ice_remote()) {
    fields.Add("remote ufrag", endpoint.ice_remote().ufrag());
    fields.Add("remote password", endpoint.ice_remote().password());
  }
  for (const v1::Candidate& candidate : endpoint.candidates()) {
    fields.Add("candidate", candidate.line());
  }
  return fields.Render();
}

std::string RoomStatisticsView(const v1::RoomStatistics& statistics) {
  Table tracks({{"TRACK"},
                {"PACKETS", Align::kRight},
                {"BYTES", Align::kRight},
                {"LOST", Align::kRight},
                {"JITTER", Align::kRight},
                {"IDLE MS", Align::kRight}});
  for (const v1::TrackStatistics& track : statistics.tracks()) {
    tracks.Add({absl::StrCat(track.endpoint(), "/", track.track()), absl::StrCat(track.packets()),
                absl::StrCat(track.bytes()), absl::StrCat(track.lost()),
                absl::StrCat(track.jitter()), absl::StrCat(track.idle_ms())});
  }
  Table legs({{"SUBSCRIBER"},
              {"TRACK"},
              {"PACKETS", Align::kRight},
              {"BYTES", Align::kRight},
              {"DROPPED", Align::kRight},
              {"PAUSED"}});
  for (const v1::LegStatistics& leg : statistics.legs()) {
    legs.Add({leg.leg().subscriber(), FormatTrack(leg.leg()), absl::StrCat(leg.packets()),
              absl::StrCat(leg.bytes()), absl::StrCat(leg.dropped()), YesNo(leg.paused())});
  }
  return absl::StrCat(tracks.Render(), "\n", legs.Render());
}

}  // namespace baton::cli
