#include "relay/layer_filter.h"

#include <algorithm>

namespace baton::relay {

LayersWanted WantedWithin(Layer wanted, bool has_encodings) {
  return {
      std::min(wanted.temporal, LegMapping::kAllLayers),
      has_encodings ? LegMapping::kAllLayers : std::min(wanted.spatial, LegMapping::kAllLayers)};
}

void StartLayers(const LayersWanted& wanted, LegMapping& mapping) {
  mapping.SetLayers(wanted.spatial, wanted.temporal);
}

bool AdmitLayer(const rtp::FrameInfo& frame, const LayersWanted& wanted, LegMapping& mapping) {
  if (frame.begins_key_frame) {
    StartLayers(wanted, mapping);
  } else if (frame.starts_frame) {
    // A picture keeps all of its layers.
    if (frame.spatial == 0) {
      mapping.SetLayers(std::min(wanted.spatial, mapping.spatial()),
                        std::min(wanted.temporal, mapping.temporal()));
    }
    // Of layers between, frames may follow that refer to some that the leg has not had.
    if (frame.temporal == mapping.temporal() + 1 && frame.temporal <= wanted.temporal &&
        frame.temporal_layer_sync) {
      mapping.SetTemporal(frame.temporal);
    }
    if (frame.temporal <= mapping.temporal() && mapping.temporal() < wanted.temporal &&
        frame.temporal_switch_up) {
      mapping.SetTemporal(wanted.temporal);
    }
  }
  return HasLayer(frame, mapping);
}

bool HasLayer(const rtp::FrameInfo& frame, const LegMapping& mapping) {
  return frame.temporal <= mapping.temporal() && frame.spatial <= mapping.spatial();
}

}  // namespace baton::relay
