#include "cmd/batonctl/output/sdp.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "cmd/batonctl/output/safe_text.h"

namespace baton::cli {
namespace {

namespace v1 = control::v1;

bool Wanted(v1::MediaKind kind, SdpKinds kinds) {
  switch (kinds) {
    case SdpKinds::kAll:
      return true;
    case SdpKinds::kAudio:
      return kind == v1::MEDIA_KIND_AUDIO;
    case SdpKinds::kVideo:
      return kind == v1::MEDIA_KIND_VIDEO;
  }
  return false;
}

absl::StatusOr<const v1::Endpoint*> FindPlain(const v1::State& room, const std::string& name) {
  const auto found = std::find_if(room.endpoints().begin(), room.endpoints().end(),
                                  [&](const v1::Endpoint& e) { return e.name() == name; });
  if (found == room.endpoints().end()) {
    return absl::NotFoundError(absl::StrCat("the room has no endpoint ", SafeText(name)));
  }
  if (found->transport() != v1::TRANSPORT_PLAIN) {
    return absl::FailedPreconditionError(absl::StrCat(
        SafeText(name), " has no fixed address: only a plain one (endpoint add --remote) ",
        "receives RTP on an address that an SDP file could give"));
  }
  return &*found;
}

absl::StatusOr<TransportAddress> RemoteOf(const v1::Endpoint& endpoint) {
  const std::optional<TransportAddress> remote = TransportAddress::Parse(endpoint.remote());
  if (!remote) {
    return absl::InternalError(
        absl::StrCat("the node gave \"", SafeText(endpoint.remote()), "\" as an address"));
  }
  return *remote;
}

const v1::Track* FindTrack(const v1::State& room, const v1::LegName& leg) {
  for (const v1::Track& track : room.tracks()) {
    if (track.endpoint() == leg.publisher() && track.name() == leg.track()) return &track;
  }
  return nullptr;
}

SdpMedia MediaOf(const v1::Leg& leg, const v1::Track& track, const v1::Endpoint& subscriber,
                 const TransportAddress& port) {
  SdpMedia media{.kind = track.kind(),
                 .codec = track.codec(),
                 .payload_type = leg.payload_type(),
                 .ssrc = leg.ssrc(),
                 .mid = leg.mid(),
                 .extensions = ExtensionsFor(track.kind(), subscriber),
                 .publisher = leg.name().publisher(),
                 .track = leg.name().track(),
                 .port = port};
  if (leg.has_rtx_payload_type()) media.rtx = {leg.rtx_payload_type(), leg.rtx_ssrc()};
  return media;
}

// Ports that several sections share, each with the sections' indices.
std::map<TransportAddress, std::vector<size_t>> SharedPorts(const std::vector<SdpMedia>& media) {
  std::map<TransportAddress, std::vector<size_t>> ports;
  for (size_t i = 0; i < media.size(); ++i) ports[media[i].port].push_back(i);
  std::erase_if(ports, [](const auto& port) { return port.second.size() < 2; });
  return ports;
}

// The sections' names: the MID that a leg's packets carry, or else, and where two endpoints have
// the same, the first number that is free.
std::vector<std::string> SectionMids(const std::vector<SdpMedia>& media) {
  std::vector<std::string> mids(media.size());
  std::set<std::string> taken;
  for (size_t i = 0; i < media.size(); ++i) {
    if (!media[i].mid.empty() && taken.insert(media[i].mid).second) mids[i] = media[i].mid;
  }
  size_t number = 0;
  for (std::string& mid : mids) {
    if (!mid.empty()) continue;
    while (!taken.insert(absl::StrCat(number)).second) ++number;
    mid = absl::StrCat(number);
  }
  return mids;
}

}  // namespace

absl::StatusOr<std::vector<SdpMedia>> CollectSdpMedia(const v1::State& room,
                                                      const std::vector<std::string>& names,
                                                      SdpKinds kinds) {
  std::vector<SdpMedia> media;
  for (const std::string& name : names) {
    const absl::StatusOr<const v1::Endpoint*> endpoint = FindPlain(room, name);
    if (!endpoint.ok()) return endpoint.status();
    const absl::StatusOr<TransportAddress> remote = RemoteOf(**endpoint);
    if (!remote.ok()) return remote.status();
    for (const v1::Leg& leg : room.legs()) {
      if (leg.name().subscriber() != name) continue;
      const v1::Track* track = FindTrack(room, leg.name());
      if (track == nullptr || !Wanted(track->kind(), kinds)) continue;
      media.push_back(MediaOf(leg, *track, **endpoint, *remote));
    }
  }
  if (media.empty()) {
    return absl::FailedPreconditionError(
        "nothing is sent there: publish a track, or see leg ls and leg add");
  }
  return media;
}

std::string FormatSdp(const std::string& session, const std::vector<SdpMedia>& media) {
  std::string sdp = absl::StrCat("v=0\r\n", "o=- 0 0 ", SdpAddress(media[0].port.ip), "\r\n",
                                 "s=", SafeText(session), "\r\n", "t=0 0\r\n");
  const std::vector<std::string> mids = SectionMids(media);
  for (const auto& [port, sections] : SharedPorts(media)) {
    sdp += "a=group:BUNDLE";
    for (const size_t section : sections) absl::StrAppend(&sdp, " ", SafeText(mids[section]));
    sdp += "\r\n";
  }
  for (size_t i = 0; i < media.size(); ++i) sdp += SdpSection(media[i], mids[i]);
  return sdp;
}

std::vector<std::string> SdpWarnings(const std::vector<SdpMedia>& media) {
  std::vector<std::string> warnings;
  for (const auto& [port, sections] : SharedPorts(media)) {
    warnings.push_back(absl::StrCat(
        sections.size(), " tracks come to ", port.ToString(),
        ", but ffmpeg and GStreamer open one port for each m= section. Choose one with --audio or ",
        "--video, or give each medium an endpoint of its own and name them all here."));
  }
  for (const SdpMedia& rtp : media) {
    for (const SdpMedia& other : media) {
      if (rtp.port.ip != other.port.ip || rtp.port.port + 1 != other.port.port) continue;
      warnings.push_back(absl::StrCat(
          other.port.ToString(), " is the port after ", rtp.port.ToString(),
          ", where ffmpeg and GStreamer want to receive RTCP: leave a gap between the ports."));
    }
  }
  return warnings;
}

}  // namespace baton::cli
