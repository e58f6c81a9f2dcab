// Notes for the manifest which recording time, and which time of the publisher's wall clock,
// belongs to an RTP timestamp of one track.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time_point.h"

#include "proto/record.pb.h"

namespace baton::record {

class ClockLog {
 public:
  static constexpr int kMaxPoints = 512;
  // Where clocks that run evenly would show something else by more than this, there is a point.
  static constexpr Duration kMaxError = std::chrono::milliseconds(10);

  // `notes` outlives this; `clock_rate` in Hz, > 0.
  ClockLog(v1::Manifest::Track& notes, uint32_t clock_rate)
      : notes_(notes), clock_rate_(clock_rate) {}

  // Whether something that is at `time` is to be noted: the first, one each minute, and where the
  // clocks have jumped. The points grow sparse rather than many.
  bool IsDue(uint32_t rtp_timestamp, Duration time) const;

  // `ntp` is 32.32 fixed point seconds since 1900; the era is the one of 1968 to 2104.
  void Add(uint32_t rtp_timestamp, Duration time, std::optional<uint64_t> ntp);

 private:
  v1::Manifest::Track& notes_;
  const uint32_t clock_rate_;
  Duration interval_ = std::chrono::minutes(1);
  std::optional<Duration> last_time_;
  uint32_t last_timestamp_ = 0;
};

}  // namespace baton::record
