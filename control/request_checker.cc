#include "control/request_checker.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "control/ice_credentials.h"
#include "control/quote.h"
#include "rtp/extension_values.h"
#include "rtp/header_extensions.h"

namespace baton::control {
namespace {

using absl::InvalidArgumentError;
using absl::Status;
using absl::StrCat;
using relay::Name;

constexpr uint32_t kMaxPayloadType = 127;
constexpr uint32_t kMaxExtensionId = 255;
// No payload format counts further: VP9 and AV1 have three bits for a layer's number.
constexpr uint32_t kMaxLayer = 7;

}  // namespace

Status CheckName(const char* what, const std::string& name) {
  if (relay::IsValidName(name)) return absl::OkStatus();
  return InvalidArgumentError(StrCat(what, " name ", Quoted(name),
                                     " is not allowed: use 1 to 64 ASCII letters, digits and "
                                     "\"._-@:+=~\""));
}

Name RequestChecker::GetName(const char* what, const std::string& name) {
  if (ok()) status_ = CheckName(what, name);
  return Name(name);
}

relay::LegName RequestChecker::GetLegName(const v1::LegName& leg) {
  return {GetName("room", leg.room()), GetName("subscriber", leg.subscriber()),
          GetName("publisher", leg.publisher()), GetName("track", leg.track())};
}

relay::SubscribeMode RequestChecker::GetSubscribeMode(v1::SubscribeMode mode) {
  const bool known = mode == v1::SUBSCRIBE_MODE_UNSPECIFIED || mode == v1::SUBSCRIBE_MODE_ALL ||
                     mode == v1::SUBSCRIBE_MODE_MANUAL;
  Require(known, [&] {
    return StrCat("subscribe mode ", static_cast<int>(mode),
                  " is not known: use ALL (1) or MANUAL (2)");
  });
  return mode == v1::SUBSCRIBE_MODE_MANUAL ? relay::SubscribeMode::kManual
                                           : relay::SubscribeMode::kAll;
}

TransportAddress RequestChecker::GetAddress(const std::string& text) {
  const std::optional<TransportAddress> address = TransportAddress::Parse(text);
  Require(address && address->port != 0, [&] {
    return StrCat("remote address ", Quoted(text),
                  " is not an address and port: write 192.0.2.1:5004 or [2001:db8::1]:5004");
  });
  return address.value_or(TransportAddress{});
}

relay::IceCredentials RequestChecker::GetCredentials(const v1::IceCredentials& credentials) {
  CheckIceField("ufrag", credentials.ufrag(), 4, relay::IceCredentials::kMaxUfrag);
  CheckIceField("password", credentials.password(), 22, relay::IceCredentials::kMaxPassword);
  return {FixedString<relay::IceCredentials::kMaxUfrag>(credentials.ufrag()),
          FixedString<relay::IceCredentials::kMaxPassword>(credentials.password())};
}

// Passwords are not echoed: errors end in logs.
void RequestChecker::CheckIceField(const char* what, const std::string& text, size_t min,
                                   size_t max) {
  Require(text.size() >= min && text.size() <= max && IsIceChars(text), [&] {
    return StrCat("the ICE ", what, " of ", text.size(), " bytes is not allowed: use ", min, " to ",
                  max, " letters, digits, '+' and '/'");
  });
}

relay::EndpointParameters RequestChecker::GetEndpointParameters(const HeaderExtensions& extensions,
                                                                bool rtx) {
  relay::EndpointParameters parameters{.extensions = {}, .rtx = rtx};
  std::set<std::string_view> uris;
  std::set<uint32_t> ids;
  for (const v1::HeaderExtension& extension : extensions) {
    const std::string& uri = extension.uri();
    const uint32_t id = extension.id();
    Require(!uri.empty(), [&] { return StrCat("header extension ", id, " has no URI: give one"); });
    Require(id >= 1 && id <= kMaxExtensionId, [&] {
      return StrCat("header extension ", Quoted(uri), " has the id ", id, ": use 1 to 255");
    });
    Require(uris.insert(uri).second, [&] {
      return StrCat("header extension ", Quoted(uri), " is there twice: give it one id");
    });
    Require(ids.insert(id).second, [&] {
      return StrCat("two header extensions have the id ", id, ": give each one of its own");
    });
    if (!ok()) return parameters;
    const std::optional<rtp::ExtensionKind> kind = rtp::ExtensionKindOf(uri);
    if (kind) parameters.extensions.Set(*kind, static_cast<uint8_t>(id));
  }
  return parameters;
}

relay::Layer RequestChecker::GetLayer(const v1::Layer& layer) {
  relay::Layer wanted;
  if (layer.has_spatial()) wanted.spatial = GetLayerIndex("spatial", layer.spatial());
  if (layer.has_temporal()) wanted.temporal = GetLayerIndex("temporal", layer.temporal());
  return wanted;
}

uint8_t RequestChecker::GetLayerIndex(const char* what, uint32_t index) {
  Require(index <= kMaxLayer, [&] {
    return StrCat(what, " layer ", index,
                  " is out of range: use 0 to 7, or none for the highest that there is");
  });
  return static_cast<uint8_t>(std::min(index, kMaxLayer));
}

rtp::PayloadType RequestChecker::GetPayloadType(uint32_t payload_type) {
  Require(payload_type <= kMaxPayloadType,
          [&] { return StrCat("payload type ", payload_type, " is out of range: use 0 to 127"); });
  return rtp::PayloadType(static_cast<uint8_t>(payload_type & kMaxPayloadType));
}

rtp::PayloadType RequestChecker::GetRtxPayloadType(uint32_t payload_type,
                                                   std::optional<uint32_t> media) {
  Require(payload_type != media, [&] {
    return StrCat("payload type ", payload_type,
                  " is for the media and for its retransmissions: use two");
  });
  return GetPayloadType(payload_type);
}

relay::StreamId RequestChecker::GetMid(const std::string& mid) {
  Require(mid.empty() || rtp::IsMid(mid), [&] {
    return StrCat("mid ", Quoted(mid),
                  " is not allowed: use 1 to 16 characters that a token of SDP may have");
  });
  return relay::StreamId(mid);
}

}  // namespace baton::control
