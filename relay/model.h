// What rooms, endpoints, tracks and legs are, seen from outside the core: the values that commands
// carry in and events carry out.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/address.h"
#include "base/fixed_string.h"
#include "base/fixed_vector.h"
#include "relay/names.h"
#include "rtp/header_extensions.h"
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
  kSink,   // a recording, which a queue of the node's leads to
};

// The payload format of a track, as SDP names it (RFC 8866 a=rtpmap): "VP8/90000", "opus/48000/2".
struct Codec {
  FixedString<32> encoding;  // "VP8"; compared without regard to case
  uint32_t clock_rate = 0;   // Hz
  uint8_t channels = 0;      // audio; 0 where the format has no such parameter

  friend bool operator==(const Codec&, const Codec&) = default;
};

// The values of a=mid and of a RID (RFC 8843, RFC 8852): at most 16 characters.
using StreamId = FixedString<16>;

// One RTP stream of a track: all of it, or one of several encodings (simulcast, RFC 8853).
struct Encoding {
  rtp::Ssrc ssrc;      // 0: not announced; its packets are known by the track's MID and their RID
  StreamId rid;        // empty: known by its SSRC alone
  rtp::Ssrc rtx_ssrc;  // of its retransmissions (RFC 4588); 0: none announced

  friend bool operator==(const Encoding&, const Encoding&) = default;
};

inline constexpr size_t kMaxEncodings = 4;

// From the lowest quality to the highest.
struct Encodings : FixedVector<Encoding, kMaxEncodings> {
  using FixedVector::FixedVector;
  // A track that is one stream.
  Encodings(rtp::Ssrc ssrc) { push_back({ssrc, {}, {}}); }  // NOLINT: the usual case
};

// What a publisher is said to understand (RFC 4585, RFC 5104). What it does not is not sent to it.
struct Feedback {
  bool nack = true;
  bool picture_loss = true;
  bool full_intra = false;  // used where picture_loss is not understood

  friend bool operator==(const Feedback&, const Feedback&) = default;
};

enum class TrackSource : uint8_t {
  kMain,    // microphone, camera: a room's limits by who speaks are for these
  kScreen,  // what is shown, whoever speaks
};

struct TrackParameters {
  MediaKind kind = MediaKind::kAudio;
  Codec codec;
  rtp::PayloadType payload_type;
  Encodings encodings;                               // at least one
  std::optional<rtp::PayloadType> rtx_payload_type;  // of the encodings' retransmissions
  StreamId mid;                                      // empty: streams are known by SSRC alone
  TrackSource source = TrackSource::kMain;
  // The payload is not looked into (end-to-end encryption): only what headers say is known.
  bool opaque = false;
  Feedback feedback;

  friend bool operator==(const TrackParameters&, const TrackParameters&) = default;
};

// RFC 4588 with SSRC multiplexing.
struct RtxParameters {
  rtp::PayloadType payload_type;
  rtp::Ssrc ssrc;

  friend bool operator==(const RtxParameters&, const RtxParameters&) = default;
};

struct LegParameters {
  rtp::PayloadType payload_type;
  rtp::Ssrc ssrc;
  std::optional<RtxParameters> rtx;  // none: lost packets are sent again as they were
  StreamId mid;  // what packets carry, where the subscriber has an id for it; empty: nothing

  friend bool operator==(const LegParameters&, const LegParameters&) = default;
};

// What holds for all that an endpoint sends and receives.
struct EndpointParameters {
  rtp::ExtensionIds extensions;  // RFC 8285; those that it has no id for are not sent to it
  bool rtx = false;              // legs that it gets without being asked are with RTX

  friend bool operator==(const EndpointParameters&, const EndpointParameters&) = default;
};

// A quality of a track. `spatial` counts its encodings, or the spatial layers of a scalable one;
// `temporal` the temporal layers; both from 0, the lowest. As a wish: the highest that is wanted.
struct Layer {
  static constexpr uint8_t kHighest = 255;
  uint8_t spatial = kHighest;
  uint8_t temporal = kHighest;

  friend bool operator==(const Layer&, const Layer&) = default;
};

// Whose media a room forwards at all, by who speaks; 0: everybody's. For tracks of
// TrackSource::kMain.
struct SpeakerLimits {
  uint32_t loudest_audio = 0;  // audio tracks: the loudest so many
  uint32_t latest_video = 0;   // endpoints: the video of so many that spoke last

  friend bool operator==(const SpeakerLimits&, const SpeakerLimits&) = default;
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
  kProven,  // media may be sent; plain endpoints and sinks are born so
  kLost,    // ICE: consent has expired; nothing is sent until an address is proven again
};

}  // namespace baton::relay
