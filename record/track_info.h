// A track, as the node has announced it.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "record/media_format.h"
#include "rtp/types.h"

#include "proto/record.pb.h"

namespace baton::record {

struct TrackInfo {
  uint32_t id = 0;
  rtp::Ssrc ssrc;
  rtp::PayloadType payload_type;
  std::string participant;
  std::string track;
  bool audio = false;
  bool screen = false;
  Codec codec;
};

// INVALID_ARGUMENT: its names, its kind, its payload type or its clock rate make no sense, or its
// codec is none that `layout` can record. The text names the track.
absl::StatusOr<TrackInfo> ToTrackInfo(const v1::TrackAdded& message, v1::Layout layout);

}  // namespace baton::record
