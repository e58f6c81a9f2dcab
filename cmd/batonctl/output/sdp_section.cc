#include "cmd/batonctl/output/sdp_section.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "cmd/batonctl/input/terms.h"
#include "cmd/batonctl/output/safe_text.h"
#include "rtp/header_extensions.h"

namespace baton::cli {
namespace {

namespace v1 = control::v1;
using rtp::ExtensionKind;

bool AppliesTo(v1::MediaKind kind, ExtensionKind extension) {
  switch (extension) {
    case ExtensionKind::kRid:
    case ExtensionKind::kRepairedRid:
      return false;
    case ExtensionKind::kAudioLevel:
      return kind == v1::MEDIA_KIND_AUDIO;
    case ExtensionKind::kDependencyDescriptor:
    case ExtensionKind::kVideoOrientation:
    case ExtensionKind::kPlayoutDelay:
    case ExtensionKind::kVideoTiming:
    case ExtensionKind::kContentType:
    case ExtensionKind::kColorSpace:
      return kind == v1::MEDIA_KIND_VIDEO;
    default:
      return true;
  }
}

bool HasExtension(const SdpMedia& media, ExtensionKind kind) {
  return std::any_of(media.extensions.begin(), media.extensions.end(),
                     [&](const v1::HeaderExtension& e) { return e.uri() == rtp::Uri(kind); });
}

std::string FeedbackLines(const SdpMedia& media) {
  const bool video = media.kind == v1::MEDIA_KIND_VIDEO;
  const std::string line = absl::StrCat("a=rtcp-fb:", media.payload_type, " ");
  std::string lines;
  if (video || media.rtx) absl::StrAppend(&lines, line, "nack\r\n");
  if (video) absl::StrAppend(&lines, line, "nack pli\r\n", line, "ccm fir\r\n");
  if (HasExtension(media, ExtensionKind::kTransportSequence)) {
    absl::StrAppend(&lines, line, "transport-cc\r\n");
  }
  return lines;
}

std::string ExtensionLines(const SdpMedia& media) {
  std::string lines;
  // RFC 8285 section 6: packets without a high id are in the one-byte form all the same.
  const bool mixed = std::any_of(
      media.extensions.begin(), media.extensions.end(),
      [](const v1::HeaderExtension& extension) { return extension.id() > rtp::kMaxOneByteId; });
  if (mixed) lines += "a=extmap-allow-mixed\r\n";
  for (const v1::HeaderExtension& extension : media.extensions) {
    absl::StrAppend(&lines, "a=extmap:", extension.id(), " ", SafeText(extension.uri()), "\r\n");
  }
  return lines;
}

// Before the media's own format: ffmpeg believes the last a=rtpmap of a section.
std::string RtxFormatLines(const SdpMedia& media) {
  if (!media.rtx) return "";
  return absl::StrCat("a=rtpmap:", media.rtx->payload_type, " rtx/", media.codec.clock_rate(),
                      "\r\n", "a=fmtp:", media.rtx->payload_type, " apt=", media.payload_type,
                      "\r\n");
}

// Tracks of one publisher are one synchronisation source for their receiver (RFC 5576).
std::string SourceLines(const SdpMedia& media) {
  const std::string cname = absl::StrCat(" cname:", SafeText(media.publisher), "\r\n");
  if (!media.rtx) return absl::StrCat("a=ssrc:", media.ssrc, cname);
  return absl::StrCat("a=ssrc-group:FID ", media.ssrc, " ", media.rtx->ssrc, "\r\n",
                      "a=ssrc:", media.ssrc, cname, "a=ssrc:", media.rtx->ssrc, cname);
}

}  // namespace

std::vector<v1::HeaderExtension> ExtensionsFor(v1::MediaKind kind, const v1::Endpoint& endpoint) {
  std::vector<v1::HeaderExtension> extensions;
  for (const v1::HeaderExtension& extension : endpoint.extensions()) {
    const auto known = rtp::ExtensionKindOf(extension.uri());
    if (!known || AppliesTo(kind, *known)) extensions.push_back(extension);
  }
  return extensions;
}

std::string SdpSection(const SdpMedia& media, const std::string& mid) {
  const std::string feedback = FeedbackLines(media);
  return absl::StrCat("m=", media.kind == v1::MEDIA_KIND_AUDIO ? "audio" : "video", " ",
                      media.port.port, feedback.empty() ? " RTP/AVP " : " RTP/AVPF ",
                      media.payload_type,
                      media.rtx ? absl::StrCat(" ", media.rtx->payload_type) : "", "\r\n",  //
                      "i=", SafeText(media.publisher), "/", SafeText(media.track), "\r\n",  //
                      "c=", SdpAddress(media.port.ip), "\r\n",                              //
                      "a=mid:", SafeText(mid), "\r\n",                                      //
                      "a=recvonly\r\n",                                                     //
                      "a=rtcp-mux\r\n",                                                     //
                      RtxFormatLines(media),                                                //
                      "a=rtpmap:", media.payload_type, " ", SafeText(FormatCodec(media.codec)),
                      "\r\n", feedback, ExtensionLines(media), SourceLines(media));
}

std::string SdpAddress(const IpAddress& ip) {
  return absl::StrCat("IN ", ip.is_v6() ? "IP6 " : "IP4 ", ip.ToString());
}

}  // namespace baton::cli
