#include "cmd/batonctl/output/views.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cmd/batonctl/input/extensions.h"
#include "cmd/batonctl/input/stream_terms.h"
#include "cmd/batonctl/input/terms.h"
#include "cmd/batonctl/output/recording_views.h"
#include "cmd/batonctl/output/table.h"

namespace baton::cli {
namespace {

namespace v1 = control::v1;

std::string SubscribeText(v1::SubscribeMode mode) {
  return mode == v1::SUBSCRIBE_MODE_MANUAL ? "manual" : "all";
}

std::string TransportText(v1::Transport transport) {
  switch (transport) {
    case v1::TRANSPORT_ICE:
      return "ice";
    case v1::TRANSPORT_SINK:
      return "sink";
    default:
      return "plain";
  }
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

// "3 audio, 9 video": how many by who speaks; empty if all.
std::string LimitsText(const v1::Room& room) {
  std::vector<std::string> limits;
  if (room.loudest_audio() != 0) limits.push_back(absl::StrCat(room.loudest_audio(), " audio"));
  if (room.latest_video() != 0) limits.push_back(absl::StrCat(room.latest_video(), " video"));
  return absl::StrJoin(limits, ", ");
}

std::string SourceText(v1::TrackSource source) {
  return source == v1::TRACK_SOURCE_SCREEN ? "screen" : "main";
}

std::string SsrcText(uint32_t ssrc) { return ssrc == 0 ? "" : FormatSsrc(ssrc); }

std::string CurrentText(const v1::Leg& leg) {
  return leg.has_current() ? FormatLayer(leg.current()) : "";
}

template <class Message>
std::string RtxText(const Message& message) {
  return message.has_rtx_payload_type() ? absl::StrCat(message.rtx_payload_type()) : "";
}

std::string Section(const char* title, int count, const std::string& table) {
  return count == 0 ? absl::StrCat("\nno ", title, "\n") : absl::StrCat("\n", title, ":\n", table);
}

}  // namespace

std::string FormatSsrc(uint32_t ssrc) { return absl::StrFormat("0x%08x", ssrc); }

std::string FormatStreams(const v1::Track& track) {
  std::vector<std::string> streams;
  for (const v1::Encoding& encoding : track.encodings()) {
    streams.push_back(encoding.ssrc() != 0 ? FormatSsrc(encoding.ssrc())
                                           : absl::StrCat("rid:", encoding.rid()));
  }
  return absl::StrJoin(streams, " ");
}

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
               {"LEGS", Align::kRight},
               {"LIMITS"},
               {"DOMINANT"}});
  for (const v1::Room& room : rooms) {
    table.Add({room.name(), SubscribeText(room.subscribe_mode()), absl::StrCat(room.shard()),
               absl::StrCat(room.endpoint_count()), absl::StrCat(room.track_count()),
               absl::StrCat(room.leg_count()), LimitsText(room), room.dominant_speaker()});
  }
  return table.Render();
}

std::string EndpointTable(const List<v1::Endpoint>& endpoints) {
  Table table({{"ENDPOINT"},
               {"TRANSPORT"},
               {"STATE"},
               {"REMOTE"},
               {"ACTIVE"},
               {"SPEAKING"},
               {"TRACKS", Align::kRight}});
  for (const v1::Endpoint& endpoint : endpoints) {
    table.Add({endpoint.name(), TransportText(endpoint.transport()), StateText(endpoint.state()),
               endpoint.remote(), YesNo(endpoint.active()), YesNo(endpoint.speaking()),
               absl::StrCat(endpoint.track_count())});
  }
  return table.Render();
}

std::string TrackTable(const List<v1::Track>& tracks) {
  Table table({{"TRACK"},
               {"KIND"},
               {"CODEC"},
               {"PT", Align::kRight},
               {"RTX", Align::kRight},
               {"SSRC"},
               {"MID"},
               {"SOURCE"},
               {"ACTIVE"}});
  for (const v1::Track& track : tracks) {
    table.Add({absl::StrCat(track.endpoint(), "/", track.name()), KindText(track.kind()),
               FormatCodec(track.codec()), absl::StrCat(track.payload_type()), RtxText(track),
               FormatStreams(track), track.mid(), SourceText(track.source()),
               YesNo(track.active())});
  }
  return table.Render();
}

std::string LegTable(const List<v1::Leg>& legs) {
  Table table({{"SUBSCRIBER"},
               {"TRACK"},
               {"PT", Align::kRight},
               {"RTX", Align::kRight},
               {"SSRC"},
               {"MID"},
               {"LAYER"},
               {"WANTED"},
               {"PAUSED"}});
  for (const v1::Leg& leg : legs) {
    table.Add({leg.name().subscriber(), FormatTrack(leg.name()), absl::StrCat(leg.payload_type()),
               RtxText(leg), FormatSsrc(leg.ssrc()), leg.mid(), CurrentText(leg),
               FormatLayer(leg.wanted()), YesNo(leg.paused())});
  }
  return table.Render();
}

std::string TrackView(const v1::Track& track) {
  FieldList fields;
  fields.Add("track", absl::StrCat(track.room(), "/", track.endpoint(), "/", track.name()));
  fields.Add("kind", KindText(track.kind()));
  fields.Add("codec", FormatCodec(track.codec()));
  fields.Add("payload type", absl::StrCat(track.payload_type()));
  fields.Add("rtx payload type", RtxText(track));
  fields.Add("mid", track.mid());
  fields.Add("source", SourceText(track.source()));
  fields.Add("opaque", YesNo(track.opaque()));
  fields.Add("feedback", FormatFeedback(track.feedback()));
  fields.Add("active", YesNo(track.active()));
  Table encodings({{"ENCODING", Align::kRight}, {"RID"}, {"SSRC"}, {"RTX SSRC"}});
  for (int i = 0; i < track.encodings_size(); ++i) {
    const v1::Encoding& encoding = track.encodings(i);
    encodings.Add({absl::StrCat(i), encoding.rid(), SsrcText(encoding.ssrc()),
                   SsrcText(encoding.rtx_ssrc())});
  }
  return absl::StrCat(fields.Render(), "\n", encodings.Render());
}

std::string LegView(const v1::Leg& leg) {
  FieldList fields;
  fields.Add("leg", absl::StrCat(leg.name().room(), "/", leg.name().subscriber(), " <- ",
                                 FormatTrack(leg.name())));
  fields.Add("payload type", absl::StrCat(leg.payload_type()));
  fields.Add("ssrc", FormatSsrc(leg.ssrc()));
  fields.Add("rtx payload type", RtxText(leg));
  fields.Add("rtx ssrc", leg.has_rtx_payload_type() ? FormatSsrc(leg.rtx_ssrc()) : "");
  fields.Add("mid", leg.mid());
  fields.Add("layer", CurrentText(leg));
  fields.Add("wanted", FormatLayer(leg.wanted()));
  fields.Add("paused", YesNo(leg.paused()));
  return fields.Render();
}

std::string RoomView(const v1::State& state) {
  std::string view =
      absl::StrCat(RoomTable(state.rooms()),
                   Section("endpoints", state.endpoints_size(), EndpointTable(state.endpoints())),
                   Section("tracks", state.tracks_size(), TrackTable(state.tracks())),
                   Section("legs", state.legs_size(), LegTable(state.legs())));
  if (!state.recordings().empty()) {
    absl::StrAppend(
        &view, Section("recordings", state.recordings_size(), RecordingTable(state.recordings())));
  }
  return view;
}

std::string EndpointView(const v1::Endpoint& endpoint) {
  FieldList fields;
  fields.Add("endpoint", absl::StrCat(endpoint.room(), "/", endpoint.name()));
  fields.Add("transport", TransportText(endpoint.transport()));
  fields.Add("state", StateText(endpoint.state()));
  fields.Add("remote", endpoint.remote());
  fields.Add("active", YesNo(endpoint.active()));
  fields.Add("speaking", YesNo(endpoint.speaking()));
  fields.Add("rtx", YesNo(endpoint.rtx()));
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
  for (const v1::HeaderExtension& extension : endpoint.extensions()) {
    fields.Add("extension", absl::StrCat(ExtensionName(extension.uri()), "=", extension.id()));
  }
  for (const v1::Candidate& candidate : endpoint.candidates()) {
    fields.Add("candidate", candidate.line());
  }
  return fields.Render();
}

}  // namespace baton::cli
