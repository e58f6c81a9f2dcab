// A video decoder, as far as what can be shown goes. It knows two things of a frame: what a
// receiver believes about it, from what is in the headers, and the truth, from the payload. A frame
// that is handed to a decoder although something that it refers to was not decoded is garbage on
// somebody's screen, and no receiver could have known.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/time_point.h"
#include "tests/sim/media/payload.h"

namespace baton::sim {

// A frame of which every packet has come.
struct ReceivedFrame {
  uint32_t stream = 0;
  FrameIdentity identity;
  Vp8Numbers numbers;
  int64_t first_sequence = 0;
  int64_t last_sequence = 0;
};

class DecoderModel {
 public:
  // How a receiver tells that nothing is missing before a frame.
  enum class Continuity : uint8_t {
    kSequence,   // no sequence number is missing
    kPictureId,  // by the numbers of VP8's descriptor, as browsers do
  };

  explicit DecoderModel(Continuity continuity) : continuity_(continuity) {}

  // Whether a receiver would hand the frame, the oldest that it has, to its decoder.
  // `continues_at`: the sequence number with which a frame right behind the latest one begins.
  bool SeemsDecodable(const ReceivedFrame& frame, int64_t continues_at) const;
  // Of one that does not: whether those after it may do all the same.
  bool GoesOnWithout(const ReceivedFrame& frame) const {
    return continuity_ == Continuity::kPictureId && frame.identity.temporal > 0;
  }
  // The truth about whether it is.
  bool IsDecodable(const ReceivedFrame& frame) const;
  void Decode(const ReceivedFrame& frame);

  // Nothing before the next key frame can be decoded.
  void Reset() { started_ = false; }
  bool started() const { return started_; }
  // The last packet of the latest frame that was decoded; started().
  int64_t last_sequence() const { return last_.last_sequence; }

 private:
  static constexpr size_t kRemembered = 32;

  struct Decoded {
    uint32_t stream = ~uint32_t{0};
    uint32_t number = 0;
  };

  Continuity continuity_;
  bool started_ = false;
  ReceivedFrame last_;
  uint8_t tl0_picture_index_ = 0;  // of the latest frame of temporal layer 0
  std::array<Decoded, kRemembered> decoded_{};
  size_t next_ = 0;
};

}  // namespace baton::sim
