// When to ask a stream's sender for a key frame (RFC 4585 section 6.3.1, RFC 5104 section 4.3.1):
// whoever wants one, it is asked for at most once per kInterval. A wish that comes sooner is put
// off, and one that is not answered is repeated. Plain data.
#pragma once

#include <chrono>

#include "base/time_point.h"

namespace baton::relay {

class KeyFrameRequests {
 public:
  static constexpr Duration kInterval = std::chrono::milliseconds(500);
  static constexpr Duration kRepeat = std::chrono::seconds(1);

  // Somebody needs one.
  void Want() { wanted_ = true; }
  // One has begun: all wishes so far are granted.
  void OnKeyFrame() { wanted_ = unanswered_ = false; }

  // When a request is due; kNever if nobody waits.
  TimePoint NextDue() const {
    if (wanted_) return asked_ ? last_ + kInterval : TimePoint{};
    return unanswered_ ? last_ + kRepeat : kNever;
  }

  // Whether to send a request now. `answerable`: a key frame of the stream would be recognised, so
  // that it is worth while to repeat the request.
  bool TakeDue(TimePoint now, bool answerable) {
    if (now < NextDue()) return false;
    wanted_ = false;
    unanswered_ = answerable;
    asked_ = true;
    last_ = now;
    return true;
  }

 private:
  bool wanted_ = false;      // since the last request
  bool unanswered_ = false;  // the last request
  bool asked_ = false;       // ever
  TimePoint last_;
};

}  // namespace baton::relay
