// Notes for the manifest where media of one track is missing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time_point.h"

#include "proto/record.pb.h"

namespace baton::record {

class GapLog {
 public:
  // What is beyond is counted.
  static constexpr int kMaxListed = 1000;

  // `notes` outlives this.
  explicit GapLog(v1::Manifest::Track& notes) : notes_(notes) {}

  // Packets found no room in the node's queue, maybe some of this track. What is lost about then is
  // put down to it.
  void OnDropped(Duration time) { dropped_ = time; }
  void OnLost(uint64_t packets) { lost_ += packets; }

  // A frame from `time` on, in decoding order. `discontinuity` as in Frame.
  void OnFrame(Duration time, Duration duration, bool discontinuity);

  // The track has ended.
  void OnEnd(Duration time);

 private:
  void Add(Duration start, Duration end);
  v1::Manifest::GapCause CauseOf(Duration start, Duration end) const;

  v1::Manifest::Track& notes_;
  uint64_t lost_ = 0;  // packets since the last frame
  std::optional<Duration> dropped_;
  std::optional<Duration> end_;  // of the last frame
};

}  // namespace baton::record
