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
    if (wanted.temporal < mapping.temporal()) mapping.SetTemporal(wanted.temporal);
    if (frame.temporal > mapping.temporal() && frame.temporal <= wanted.temporal &&
        frame.temporal_layer_sync) {
      mapping.SetTemporal(frame.temporal);
    }
    if (frame.temporal <= mapping.temporal() && frame.temporal_switch_up) {
      mapping.SetTemporal(wanted.temporal);
    }
    // A picture keeps all of its layers.
    if (frame.spatial == 0 && wanted.spatial < mapping.spatial()) {
      mapping.SetSpatial(wanted.spatial);
    }
  }
  return HasLayer(frame, mapping);
}

bool HasLayer(const rtp::FrameInfo& frame, const LegMapping& mapping) {
  return frame.temporal <= mapping.temporal() && frame.spatial <= mapping.spatial();
}

}  // namespace baton::relay
