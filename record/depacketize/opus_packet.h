// Opus packets (RFC 6716 section 3), which RTP carries as they are (RFC 7587).
//
//    0 1 2 3 4 5 6 7
//   |  config |s| c |   TOC: mode, bandwidth and frame size; stereo; how many frames
//   |v|p|     M     |   if c is 3
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace baton::record {

// How long it plays, in ticks of 48 kHz, at most 5760 (120 ms). 0 if it breaks one of the rules
// that section 3.4 lists, [R1] to [R7]: decoders refuse it.
uint32_t OpusDuration(Bytes packet);

}  // namespace baton::record
