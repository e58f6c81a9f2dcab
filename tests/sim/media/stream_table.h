// The truth about every stream of a run: who sends it, where to. Streams are numbered in the order
// in which they are made, and the numbers are never used again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "relay/model.h"
#include "tests/sim/media/payload.h"

namespace baton::sim {

struct StreamInfo {
  uint32_t endpoint = 0;  // of the publisher, in the run (control/directory.h)
  uint32_t track = 0;     // likewise
  uint32_t encoding = 0;  // of the track, from the lowest
  relay::MediaKind kind = relay::MediaKind::kAudio;
  uint32_t ssrc = 0;
  uint32_t clock_rate = 0;
  PayloadForm form = PayloadForm::kBare;
  std::string name;  // "room/publisher/track.encoding"
};

class StreamTable {
 public:
  uint32_t Add(const StreamInfo& stream) {
    streams_.push_back(stream);
    return static_cast<uint32_t>(streams_.size() - 1);
  }
  bool Has(uint32_t stream) const { return stream < streams_.size(); }
  const StreamInfo& operator[](uint32_t stream) const { return streams_[stream]; }
  uint32_t size() const { return static_cast<uint32_t>(streams_.size()); }

 private:
  std::vector<StreamInfo> streams_;
};

}  // namespace baton::sim
