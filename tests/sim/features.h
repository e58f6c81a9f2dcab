// What the relay can do, beyond forwarding: what a run may use and what its judges demand. A run
// draws from these.
#pragma once

namespace baton::sim {

struct Features {
  bool retransmission = false;      // NACKs of subscribers are answered
  bool upstream_nack = false;       // the relay asks publishers for what it lacks
  bool key_frame_requests = false;  // PLI and FIR reach the publisher, and one is sent where a leg
                                    // begins or goes on; it does so with a key frame
  bool temporal_layers = false;     // a leg can be limited to lower ones
  bool simulcast = false;           // tracks with several encodings, and legs that change theirs
  bool source_switch = false;       // legs that are pointed at another track
};

inline constexpr Features kSupported = {};

}  // namespace baton::sim
