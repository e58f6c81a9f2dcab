// What rooms, endpoints, tracks and legs are, seen from outside the core: the values that commands
// carry in and events carry out.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/address.h"
#include "base/fixed_string.h"
#include "relay/names.h"
#include "rtp/types.h"

namespace baton::relay {

// Who receives what in a room.
enum class SubscribeMode : uint8_t {
  kAll,     // each endpoint gets a leg for each track of the others
  kManual,  // legs exist only as told
};

enum class MediaKind : uint8_t { kAudio, kVideo };

enum class Transport : uint8_t {
  kPlain,  // RTP with a fixed remote address that the controller gave
  kIce,    // ICE-lite: the remote address is proven by STUN
};

// The payload format of a track, as SDP names it (RFC 8866 a=rtpmap): "VP8/90000", "opus/48000/2".
struct Codec {
  FixedString<32> encoding;  // "VP8"; compared without regard to case
  uint32_t clock_rate = 0;   // Hz
  uint8_t channels = 0;      // audio; 0 where the format has no such parameter

  friend bool operator==(const Codec&, const Codec&) = default;
};

struct TrackParameters {
  MediaKind kind = MediaKind::kAudio;
  Codec codec;
  rtp::PayloadType payload_type;
  rtp::Ssrc ssrc;

  friend bool operator==(const TrackParameters&, const TrackParameters&) = default;
};

struct LegParameters {
  rtp::PayloadType payload_type;
  rtp::Ssrc ssrc;

  friend bool operator==(const LegParameters&, const LegParameters&) = default;
};

// RFC 8445 section 5.3: a ufrag of 4..256 and a password of 22..256 ice-chars. The relay's own are
// shorter than the limits here; a peer's may be as long as these.
struct IceCredentials {
  static constexpr size_t kMaxUfrag = 64;
  static constexpr size_t kMaxPassword = 128;
  FixedString<kMaxUfrag> ufrag;
  FixedString<kMaxPassword> password;

  bool empty() const { return ufrag.empty() && password.empty(); }
  friend bool operator==(const IceCredentials&, const IceCredentials&) = default;
};

// Where an endpoint's address stands.
enum class EndpointState : uint8_t {
  kNew,     // ICE: no address proven yet; nothing is sent
  kProven,  // media may be sent; plain endpoints are born so
  kLost,    // ICE: consent has expired; nothing is sent until an address is proven again
};

}  // namespace baton::relay
