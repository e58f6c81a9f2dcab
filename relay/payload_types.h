// The payload types of the legs that one endpoint receives: each has one meaning there, whatever
// the publishers call it.
#pragma once

#include <optional>

#include "relay/model.h"
#include "relay/registry.h"
#include "rtp/types.h"

namespace baton::relay {

// Whether `type` can stand for `codec`.
bool PayloadTypeFits(Registry& registry, const Endpoint& subscriber, rtp::PayloadType type,
                     const Codec& codec);

// The track's own if it fits, else a free one; nothing if there is none.
std::optional<rtp::PayloadType> ChoosePayloadType(Registry& registry, const Endpoint& subscriber,
                                                  const TrackParameters& track);

// Whether `type` can stand for retransmissions of packets of type `media` (RFC 4588: "apt").
bool RtxTypeFits(Registry& registry, const Endpoint& subscriber, rtp::PayloadType type,
                 rtp::PayloadType media);

// The one that other legs of type `media` have, else the track's own if it fits, else a free one.
std::optional<rtp::PayloadType> ChooseRtxType(Registry& registry, const Endpoint& subscriber,
                                              const TrackParameters& track, rtp::PayloadType media);

}  // namespace baton::relay
