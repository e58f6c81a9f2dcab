// The formats that can be recorded, and what their frames look like.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace baton::record {

// As SDP and the relay name it.
struct Codec {
  std::string encoding;     // "VP8", "opus"; in any case of letters (RFC 8866 section 6.6)
  uint32_t clock_rate = 0;  // in Hz
  uint8_t channels = 0;     // of audio; 0 means 1

  friend bool operator==(const Codec&, const Codec&) = default;
};

enum class MediaFormat : uint8_t {
  kVp8,   // a frame (RFC 6386)
  kVp9,   // a frame, or a superframe of those of all spatial layers
  kAv1,   // a temporal unit of OBUs with their sizes, without temporal delimiter; extradata: the
          // sequence header OBU likewise
  kH264,  // an access unit in Annex B's form, start codes of four bytes, a key frame with its
          // parameter sets; extradata: those parameter sets likewise
  kOpus,  // an Opus packet (RFC 6716 section 3)
  kPcmu,  // samples, those of the channels of one instant side by side
  kPcma,
  kG722,  // 8 bits for each two samples of 16 kHz; its RTP clock says 8000
  kL16,   // samples of 16 bits, big endian, channels side by side
};

constexpr bool IsVideo(MediaFormat format) { return format <= MediaFormat::kH264; }

// Nothing if it cannot be recorded: an encoding that is none of the above, a clock rate that is
// not its own (90000 for video, 48000 for Opus, 8000 for G722, 1..384000 for the rest), more than 8
// channels.
std::optional<MediaFormat> MediaFormatOf(const Codec& codec);

}  // namespace baton::record
