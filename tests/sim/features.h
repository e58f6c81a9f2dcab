// What the people of a run use of what the relay offers.
#pragma once

namespace baton::sim {

struct Features {
  bool key_frames_when_asked = true;  // and only then
  bool layers = true;                 // controllers limit legs to lower ones
  bool simulcast = true;              // some tracks have several encodings
  bool source_switch = true;          // controllers point legs at other tracks
  bool rtx = true;                    // some retransmissions are streams of their own
  bool extensions = true;             // header extensions, with ids that differ
  bool rids = true;                   // encodings that are known by MID and RID alone
  bool opaque = true;                 // rooms whose video is encrypted end to end
  bool speaker_limits = true;         // rooms that forward the media of some speakers only
};

}  // namespace baton::sim
