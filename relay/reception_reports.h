// What the relay reports to a publisher of a stream that it receives: the report blocks of RFC 3550
// section 6.4.1, by the arithmetic of its A.3. Plain data.
#pragma once

#include <cstdint>

#include "base/time_point.h"
#include "relay/sender_clock.h"
#include "rtp/reception.h"
#include "rtp/rtcp_body.h"
#include "rtp/types.h"

namespace baton::relay {

class ReceptionReports {
 public:
  // The report block of `reception`, the same for every call; loss is counted since the previous
  // one. Only if reception.started(). The highest sequence number is in the sender's own numbering:
  // its low 16 bits are what was on the wire, above which are the wraps that were seen.
  rtp::ReportBlock Make(rtp::Ssrc source, const rtp::Reception& reception, const SenderClock& clock,
                        TimePoint now);

 private:
  // At the previous report.
  uint64_t expected_ = 0;
  uint64_t received_ = 0;
};

}  // namespace baton::relay
