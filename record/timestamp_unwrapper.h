// RTP timestamps with their wraps counted.
#pragma once

#include <cstdint>

#include "rtp/sequence.h"
#include "rtp/types.h"

namespace baton::record {

// Of one stream. The first timestamp is itself; each later one is the value with its low 32 bits
// that is nearest to the one before. Steps of up to 2^31 - 1 ticks either way are followed, which
// is 6.6 hours at 90 kHz and 12.4 at 48 kHz.
class TimestampUnwrapper {
 public:
  int64_t Unwrap(rtp::RtpTimestamp timestamp) {
    last_ = started_ ? Near(timestamp) : int64_t{timestamp.value()};
    started_ = true;
    return last_;
  }

  // Without moving on: where a timestamp from elsewhere, such as a sender report's, stands. Only
  // after the first Unwrap().
  int64_t Near(rtp::RtpTimestamp timestamp) const {
    const rtp::RtpTimestamp reference(static_cast<uint32_t>(last_));
    return last_ + rtp::Distance(reference, timestamp);
  }

  bool started() const { return started_; }

 private:
  int64_t last_ = 0;
  bool started_ = false;
};

}  // namespace baton::record
