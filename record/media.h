// What the parts of the recorder hand each other: packets of one track, and the frames in them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/time_point.h"
#include "rtp/types.h"

namespace baton::record {

// One RTP packet of a track, in its place. A view: `payload` lives as long as the call that brings
// it.
struct TrackPacket {
  rtp::ExtendedSequence sequence;
  rtp::RtpTimestamp timestamp;  // in ticks of the codec's clock rate
  bool marker = false;
  Bytes payload;       // without padding; empty in packets that carry nothing but padding
  TimePoint received;  // when it left the relay, on the node's clock
};

// Packets that never came: those from `first` on.
struct Gap {
  rtp::ExtendedSequence first;
  uint64_t count = 0;  // > 0

  friend bool operator==(const Gap&, const Gap&) = default;
};

// The largest frame that is put together; a larger one is left out as if it were damaged.
inline constexpr size_t kMaxFrameSize = size_t{8} << 20;

// What a container takes as one packet: a picture with all its spatial layers, or the audio of one
// RTP packet. The form of `data` is that of its format, see record/media_format.h. Frames of a
// track come in decoding order.
struct Frame {
  std::vector<uint8_t> data;
  // The timestamp of its packets, with the wraps counted: its low 32 bits are those of the wire.
  // When the frame is shown or heard; with H.264's B-frames it may be below the one before.
  int64_t rtp_time = 0;
  // In ticks. Of audio always known, of video never (0).
  uint32_t duration = 0;
  // Video: a decoder can start here. Audio: always.
  bool key_frame = false;
  // Of video's key frames, in pixels; 0: not known, and in all other frames.
  uint16_t width = 0;
  uint16_t height = 0;
  // Something of the track between the frame before and this one is missing: lost, or left out
  // because it could not be decoded. False in the first frame if nothing was missing before it.
  bool discontinuity = false;
  // Of its packet that came first.
  TimePoint received;
  // Of H.264's and AV1's key frames: what the header of a file has to say of the stream from here
  // on, in the form of its format. Empty in all else.
  std::vector<uint8_t> extradata;
};

}  // namespace baton::record
