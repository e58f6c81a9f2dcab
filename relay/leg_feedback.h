// What a leg's subscriber reports and asks for, and has been given. Plain data, of which all zeros
// are a leg that nothing was heard of.
#pragma once

#include <cstdint>
#include <type_traits>

#include "relay/leg_reports.h"
#include "relay/retransmission_limiter.h"

namespace baton::relay {

struct LegFeedback {
  RetransmissionLimiter limiter;
  LegReports reports;
  uint16_t rtx_sequence;  // the next one's (RFC 4588)
  uint64_t nacked;
  uint64_t retransmitted;
  uint64_t retransmitted_bytes;
  uint64_t key_frame_requests;
};

static_assert(std::is_trivially_copyable_v<LegFeedback>);

}  // namespace baton::relay
