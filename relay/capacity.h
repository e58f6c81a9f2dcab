// How much a shard may hold. Pools are sized from these once, at start-up, and never grow.
#pragma once

#include <cstdint>

namespace baton::relay {

struct Limits {
  uint32_t rooms = 256;
  uint32_t endpoints = 1024;
  uint32_t tracks = 2048;
  uint32_t streams = 4096;  // encodings of all tracks
  uint32_t legs = 16384;
  uint32_t endpoints_per_room = 1024;
  uint32_t tracks_per_endpoint = 8;
  uint32_t legs_per_track = 1024;
};

// Bounds of the data structures, not settings.
inline constexpr uint32_t kMaxTracksPerEndpoint = 16;
// SSRCs that an endpoint sends: of its tracks' encodings and of their retransmissions.
inline constexpr uint32_t kMaxSourcesPerEndpoint = 64;

}  // namespace baton::relay
