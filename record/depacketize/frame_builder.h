// The part of a video format in putting frames together; VideoDepacketizer has the rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/fixed_vector.h"
#include "record/media.h"
#include "rtp/payload/frame_info.h"

namespace baton::record {

// What packets say of the picture that they are part of: that of rtp/payload/ and what a relay does
// not ask for. Anything that is not said is at its default.
struct PictureFacts {
  rtp::FrameInfo info;
  // No later picture refers to it.
  bool disposable = false;
  // VP9's flexible mode: `references` are all pictures that it refers to, as distances of picture
  // IDs, 1..127.
  bool lists_references = false;
  FixedVector<uint8_t, 24> references;
};

// Builds one picture after another, each from its packets in order.
class FrameBuilder {
 public:
  struct Part {
    bool ok = false;  // false: malformed, or more than a frame may have
    // The packet says by itself that nothing of its picture comes before it, or after it.
    bool begins_picture = false;
    bool ends_picture = false;
  };

  virtual ~FrameBuilder() = default;

  // Forgets the picture, and begins the next.
  virtual void Reset() = 0;
  // A packet of the picture is missing, or another was not ok: nothing will come of it, and what
  // follows is read only for facts().
  virtual void Break() = 0;
  // The next packet of the picture. `payload` is not empty.
  virtual Part Add(Bytes payload) = 0;
  // What the packets since Reset() have said.
  virtual const PictureFacts& facts() const = 0;

  enum class Outcome : uint8_t {
    kFrame,      // `frame` has its data, key_frame, size and extradata
    kNoPicture,  // parameter sets and the like alone, which have been taken in
    kBroken,
  };
  // All packets have been added.
  virtual Outcome Finish(Frame& frame) = 0;
};

}  // namespace baton::record
