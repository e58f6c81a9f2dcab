// From the packets of one track to whole frames.
//
// What is damaged is left out rather than handed on broken: of video, a frame of which a packet is
// missing, and every later frame that cannot be proven to do without it, up to the next key frame;
// of audio, what was lost and nothing else.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "record/media.h"
#include "record/media_format.h"

namespace baton::record {

class Depacketizer {
 public:
  struct Counters {
    uint64_t frames = 0;           // handed on
    uint64_t key_frames = 0;       // of them; video only
    uint64_t frames_left_out = 0;  // of which at least one packet came
    uint64_t packets_lost = 0;     // the sum of all gaps
    uint64_t packets_malformed = 0;
  };

  virtual ~Depacketizer() = default;

  // The next packet of the track in order. Frames that are complete with it are added to `frames`:
  // none, one, or two if its timestamp alone says that the one before has ended. Any bytes may be
  // in it.
  virtual void Take(const TrackPacket& packet, std::vector<Frame>& frames) = 0;

  // The packets of `gap` did not come, and the next call brings one behind it.
  virtual void Lost(const Gap& gap) = 0;

  // The end of the track: a frame that lacks nothing but its marker is added.
  virtual void Flush(std::vector<Frame>& frames) = 0;

  // Frames are left out, and will be until the publisher sends a key frame; so too if the first
  // frame is none. True until one has come; never for audio.
  virtual bool key_frame_wanted() const = 0;

  virtual const Counters& counters() const = 0;
};

// `codec` is one for which MediaFormatOf() has a format.
std::unique_ptr<Depacketizer> MakeDepacketizer(const Codec& codec);

}  // namespace baton::record
