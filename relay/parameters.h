// What of a controller's parameters is acceptable, and when two mean the same.
#pragma once

#include "relay/model.h"
#include "rtp/types.h"

namespace baton::relay {

// RFC 5761 section 4: with RTCP on the same port, RTP's 64..95 would look like RTCP.
constexpr bool IsUsable(rtp::PayloadType type) {
  return type.value() < 64 || (type.value() >= 96 && type.value() < 128);
}

bool AreValid(const IceCredentials& credentials);
// Encodings have SSRCs, or can be told apart by MID and RID; no SSRC has two meanings.
bool AreValid(const TrackParameters& track);

// The same payload format; encoding names are compared without regard to case.
bool SameCodec(const Codec& a, const Codec& b);
bool SameTrack(const TrackParameters& a, const TrackParameters& b);

}  // namespace baton::relay
