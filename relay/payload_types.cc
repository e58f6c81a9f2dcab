#include "relay/payload_types.h"

#include <utility>

#include "relay/parameters.h"

namespace baton::relay {
namespace {

// The first that fits: of the dynamic range, then of what RFC 3551 leaves unassigned below it.
template <class Fits>
std::optional<rtp::PayloadType> FirstFree(Fits&& fits) {
  for (const auto& [first, last] : {std::pair{96, 127}, std::pair{35, 63}}) {
    for (int type = first; type <= last; ++type) {
      const rtp::PayloadType candidate(static_cast<uint8_t>(type));
      if (fits(candidate)) return candidate;
    }
  }
  return std::nullopt;
}

}  // namespace

bool PayloadTypeFits(Registry& registry, const Endpoint& subscriber, rtp::PayloadType type,
                     const Codec& codec) {
  bool fits = true;
  registry.ForEachLegOf(subscriber, [&](uint32_t i) {
    const Leg& leg = registry.legs().At(i);
    const Codec& other = registry.tracks().At(leg.track).parameters.codec;
    fits &= leg.parameters.payload_type != type || SameCodec(other, codec);
    fits &= !leg.parameters.rtx || leg.parameters.rtx->payload_type != type;
  });
  return fits;
}

std::optional<rtp::PayloadType> ChoosePayloadType(Registry& registry, const Endpoint& subscriber,
                                                  const TrackParameters& track) {
  const auto fits = [&](rtp::PayloadType type) {
    return PayloadTypeFits(registry, subscriber, type, track.codec);
  };
  return fits(track.payload_type) ? track.payload_type : FirstFree(fits);
}

bool RtxTypeFits(Registry& registry, const Endpoint& subscriber, rtp::PayloadType type,
                 rtp::PayloadType media) {
  bool fits = type != media;
  registry.ForEachLegOf(subscriber, [&](uint32_t i) {
    const LegParameters& leg = registry.legs().At(i).parameters;
    fits &= leg.payload_type != type;
    fits &= !leg.rtx || leg.rtx->payload_type != type || leg.payload_type == media;
  });
  return fits;
}

std::optional<rtp::PayloadType> ChooseRtxType(Registry& registry, const Endpoint& subscriber,
                                              const TrackParameters& track,
                                              rtp::PayloadType media) {
  std::optional<rtp::PayloadType> chosen;
  registry.ForEachLegOf(subscriber, [&](uint32_t i) {
    const LegParameters& leg = registry.legs().At(i).parameters;
    if (leg.rtx && leg.payload_type == media) chosen = leg.rtx->payload_type;
  });
  if (chosen) return chosen;
  const auto fits = [&](rtp::PayloadType type) {
    return RtxTypeFits(registry, subscriber, type, media);
  };
  if (track.rtx_payload_type && fits(*track.rtx_payload_type)) return track.rtx_payload_type;
  return FirstFree(fits);
}

}  // namespace baton::relay
