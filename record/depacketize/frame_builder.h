// The part that a video format has in putting pictures together; VideoDepacketizer has the rest.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/fixed_vector.h"
#include "record/media.h"
#include "rtp/payload/frame_info.h"

namespace baton::record {

// What packets say of the picture that they are part of. What is not said is at its default.
struct PictureFacts {
  // Of the picture's first packet that came.
  rtp::FrameInfo info;
  // No other picture refers to it.
  bool disposable = false;
  // VP9's flexible mode: the pictures that it refers to, as distances of picture IDs, 1..127, in
  // each spatial layer up to 3; nothing else is referred to if there are any.
  FixedVector<uint8_t, 24> references;
};

// Builds one picture after another from packets in order. It trusts them to follow each other
// without a gap, or to be told by Break().
class FrameBuilder {
 public:
  struct Part {
    bool ok = false;  // false: malformed, or more than a frame may have
    // The packet says by itself that nothing of its picture comes before it, or after it.
    bool begins_picture = false;
    bool ends_picture = false;
  };

  enum class Outcome : uint8_t {
    kFrame,      // data, key_frame, width, height and extradata of the frame are filled in
    kNoPicture,  // there was none, but only what later ones need, and that is kept for them
    kBroken,     // it does not hold together
  };

  virtual ~FrameBuilder() = default;

  // Begins the next picture.
  virtual void Reset() = 0;
  // The next packet of the picture. `payload` is not empty.
  virtual Part Add(Bytes payload) = 0;
  // A packet of the picture is missing: what comes is read for facts() only, and Finish() is not
  // called.
  virtual void Break() = 0;
  // What the packets since Reset() have said.
  virtual const PictureFacts& facts() const = 0;
  // All packets have been added, and each was ok.
  virtual Outcome Finish(Frame& frame) = 0;
};

}  // namespace baton::record
