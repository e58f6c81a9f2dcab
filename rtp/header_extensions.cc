#include "rtp/header_extensions.h"

namespace baton::rtp {
namespace {

// By ExtensionKind.
constexpr std::array<std::string_view, kExtensionKinds> kUris = {
    "urn:ietf:params:rtp-hdrext:sdes:mid",
    "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
    "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "urn:ietf:params:rtp-hdrext:toffset",
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension",
    "urn:3gpp:video-orientation",
    "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
    "http://www.webrtc.org/experiments/rtp-hdrext/video-timing",
    "http://www.webrtc.org/experiments/rtp-hdrext/video-content-type",
    "http://www.webrtc.org/experiments/rtp-hdrext/color-space",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
};
static_assert(!kUris.back().empty());

template <class Value>
std::optional<ExtensionKind> IndexOf(const std::array<Value, kExtensionKinds>& values,
                                     const Value& wanted) {
  const auto found = std::ranges::find(values, wanted);
  if (found == values.end()) return std::nullopt;
  return static_cast<ExtensionKind>(found - values.begin());
}

}  // namespace

std::string_view Uri(ExtensionKind kind) { return kUris[static_cast<size_t>(kind)]; }

std::optional<ExtensionKind> ExtensionKindOf(std::string_view uri) { return IndexOf(kUris, uri); }

std::optional<ExtensionKind> ExtensionIds::KindOf(uint8_t id) const {
  return id == 0 ? std::nullopt : IndexOf(ids_, id);
}

bool ExtensionIds::Set(ExtensionKind kind, uint8_t id) {
  const std::optional<ExtensionKind> owner = KindOf(id);
  if (owner && *owner != kind) return false;
  ids_[static_cast<size_t>(kind)] = id;
  return true;
}

std::optional<Bytes> FindExtension(const PacketView& packet, uint8_t id) {
  ExtensionReader reader(packet);
  while (const std::optional<ExtensionElement> element = reader.Next()) {
    if (element->id == id) return element->data;
  }
  return std::nullopt;
}

}  // namespace baton::rtp
