// One m= section of a session description: one leg, as its subscriber receives it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"

#include "proto/control.pb.h"

namespace baton::cli {

struct SdpRtx {
  uint32_t payload_type = 0;
  uint32_t ssrc = 0;
};

struct SdpMedia {
  control::v1::MediaKind kind = control::v1::MEDIA_KIND_UNSPECIFIED;
  control::v1::Codec codec;
  uint32_t payload_type = 0;
  uint32_t ssrc = 0;
  std::optional<SdpRtx> rtx;
  std::string mid;  // what the leg's packets carry; empty: nothing
  // The subscriber's, of those that packets of this kind can have.
  std::vector<control::v1::HeaderExtension> extensions;
  std::string publisher;
  std::string track;
  TransportAddress port;  // where the subscriber receives it
};

// Those of an endpoint's extensions that a leg's packets can have: not those that tell the
// encodings of a publisher apart, and for audio none of pictures, or the reverse.
std::vector<control::v1::HeaderExtension> ExtensionsFor(control::v1::MediaKind kind,
                                                        const control::v1::Endpoint& endpoint);

// From m= to the last attribute; lines end with CR LF. `mid` is the section's name in the session.
// The profile is AVPF (RFC 4585) where the node answers feedback: for video, and with RTX or
// transport-wide sequence numbers.
std::string SdpSection(const SdpMedia& media, const std::string& mid);

// "IN IP4 192.0.2.1"
std::string SdpAddress(const IpAddress& ip);

}  // namespace baton::cli
