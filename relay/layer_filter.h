// Which layers within a stream a leg forwards: temporal ones, and the spatial ones of a scalable
// stream. Down at the next picture; up only where the layer above can be decoded from there on.
#pragma once

#include <cstdint>

#include "relay/leg_numbering.h"
#include "relay/model.h"
#include "rtp/payload/frame_info.h"

namespace baton::relay {

// What is wanted within a stream, in the units of LegMapping.
struct LayersWanted {
  uint8_t temporal = LegMapping::kAllLayers;
  uint8_t spatial = LegMapping::kAllLayers;

  friend bool operator==(const LayersWanted&, const LayersWanted&) = default;
};

// Of one of several encodings only temporal layers can be left out: its quality was chosen.
LayersWanted WantedWithin(Layer wanted, bool has_encodings);

// The leg begins, or begins anew, with a key frame: all that is wanted can be had.
void StartLayers(const LayersWanted& wanted, LegMapping& mapping);

// The next packet in order: moves mapping.temporal and mapping.spatial towards what is wanted, if
// this is where it can be done, and returns whether the packet is forwarded.
bool AdmitLayer(const rtp::FrameInfo& frame, const LayersWanted& wanted, LegMapping& mapping);

// Whether a packet that came late would have been forwarded in its time.
bool HasLayer(const rtp::FrameInfo& frame, const LegMapping& mapping);

}  // namespace baton::relay
