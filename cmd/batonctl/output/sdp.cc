#include "cmd/batonctl/output/sdp.h"

#include <algorithm>
#include <map>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "cmd/batonctl/input/terms.h"
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

absl::StatusOr<TransportAddress> PlainRemote(const v1::State& room, const std::string& name) {
  const auto found = std::find_if(room.endpoints().begin(), room.endpoints().end(),
                                  [&](const v1::Endpoint& e) { return e.name() == name; });
  if (found == room.endpoints().end()) {
    return absl::NotFoundError(absl::StrCat("the room has no endpoint ", SafeText(name)));
  }
  if (found->transport() != v1::TRANSPORT_PLAIN) {
    return absl::FailedPreconditionError(absl::StrCat(
        SafeText(name), " is an ICE endpoint: only a plain one (endpoint add --remote) ",
        "receives RTP on an address that an SDP file could give"));
  }
  const std::optional<TransportAddress> remote = TransportAddress::Parse(found->remote());
  if (!remote) {
    return absl::InternalError(
        absl::StrCat("the node gave \"", SafeText(found->remote()), "\" as an address"));
  }
  return *remote;
}

const v1::Track* FindTrack(const v1::State& room, const v1::LegName& leg) {
  for (const v1::Track& track : room.tracks()) {
    if (track.endpoint() == leg.publisher() && track.name() == leg.track()) return &track;
  }
  return nullptr;
}

// Ports that several sections share, each with the sections' indices.
std::map<TransportAddress, std::vector<size_t>> SharedPorts(const std::vector<SdpMedia>& media) {
  std::map<TransportAddress, std::vector<size_t>> ports;
  for (size_t i = 0; i < media.size(); ++i) ports[media[i].port].push_back(i);
  std::erase_if(ports, [](const auto& port) { return port.second.size() < 2; });
  return ports;
}

std::string ConnectionAddress(const IpAddress& ip) {
  return absl::StrCat("IN ", ip.is_v6() ? "IP6 " : "IP4 ", ip.ToString());
}

std::string MediaSection(const SdpMedia& media, size_t index) {
  return absl::StrCat(
      "m=", media.kind == v1::MEDIA_KIND_AUDIO ? "audio" : "video", " ", media.port.port,
      " RTP/AVP ", media.payload_type, "\r\n",                              //
      "i=", SafeText(media.publisher), "/", SafeText(media.track), "\r\n",  //
      "c=", ConnectionAddress(media.port.ip), "\r\n",                       //
      "a=mid:", index, "\r\n",                                              //
      "a=recvonly\r\n",                                                     //
      "a=rtcp-mux\r\n",                                                     //
      "a=rtpmap:", media.payload_type, " ", SafeText(FormatCodec(media.codec)), "\r\n",
      // Tracks of one publisher are one synchronisation source for their receiver (RFC 5576).
      "a=ssrc:", media.ssrc, " cname:", SafeText(media.publisher), "\r\n");
}

}  // namespace

absl::StatusOr<std::vector<SdpMedia>> CollectSdpMedia(const v1::State& room,
                                                      const std::vector<std::string>& names,
                                                      SdpKinds kinds) {
  std::vector<SdpMedia> media;
  for (const std::string& name : names) {
    const absl::StatusOr<TransportAddress> remote = PlainRemote(room, name);
    if (!remote.ok()) return remote.status();
    for (const v1::Leg& leg : room.legs()) {
      if (leg.name().subscriber() != name) continue;
      const v1::Track* track = FindTrack(room, leg.name());
      if (track == nullptr || !Wanted(track->kind(), kinds)) continue;
      media.push_back({.kind = track->kind(),
                       .codec = track->codec(),
                       .payload_type = leg.payload_type(),
                       .ssrc = leg.ssrc(),
                       .publisher = leg.name().publisher(),
                       .track = leg.name().track(),
                       .port = *remote});
    }
  }
  if (media.empty()) {
    return absl::FailedPreconditionError(
        "nothing is sent there: publish a track, or see leg ls and leg add");
  }
  return media;
}

std::string FormatSdp(const std::string& session, const std::vector<SdpMedia>& media) {
  std::string sdp = absl::StrCat("v=0\r\n", "o=- 0 0 ", ConnectionAddress(media[0].port.ip), "\r\n",
                                 "s=", SafeText(session), "\r\n", "t=0 0\r\n");
  for (const auto& [port, sections] : SharedPorts(media)) {
    sdp += "a=group:BUNDLE";
    for (const size_t section : sections) absl::StrAppend(&sdp, " ", section);
    sdp += "\r\n";
  }
  for (size_t i = 0; i < media.size(); ++i) sdp += MediaSection(media[i], i);
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
