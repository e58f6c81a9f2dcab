// Whether the picture IDs in the VP8 descriptors of a leg go on over all that it is made of: the
// packets of a picture share theirs, and a later picture has a later one, across switches and over
// pictures that are left out (RFC 7741 section 4.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tests/sim/media/payload.h"

namespace baton::sim {

class PictureJudge {
 public:
  // A packet of the leg under this number; of RTX: the original one. Returns what is wrong with it,
  // if anything is.
  std::optional<std::string> OnPacket(uint16_t sequence, const PayloadView& payload);
  // The numbers of what comes next need not follow those before: their publisher has begun anew.
  void Forget() { newest_.reset(); }

 private:
  struct Newest {
    uint16_t sequence;
    PayloadView payload;
  };
  std::optional<Newest> newest_;  // by number
};

}  // namespace baton::sim
