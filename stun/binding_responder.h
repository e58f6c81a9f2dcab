// The public Binding server: tells a client its address as the server sees it (RFC 8489 with its
// RFC 5389 compatibility), with the smallest correct reply.
//
// - The server has no credentials and so no authentication mechanism (RFC 8489 section 9 is
//   optional): USERNAME and MESSAGE-INTEGRITY are understood and ignored, replies are not signed.
// - A comprehension-required attribute that it does not know gets a 420 with the list.
// - FINGERPRINT is in the reply if it is in the request. A wrong one: silence.
// - Responses, indications, other methods and malformed messages get silence, so that two servers
//   can never be made to talk to each other.
// - Clients of RFC 3489 have no magic cookie and read MAPPED-ADDRESS (RFC 5389 section 12.2); old
//   ones are still packaged. They get it, unless they ask for an answer from or to elsewhere: that
//   gets silence, which is how such a client finds out about its NAT.
//
// Amplification: a reply is at most kMaxReplyGrowth bytes longer than its request (an IPv6 address
// in answer to a bare header), whatever the request was.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/address.h"
#include "base/bytes.h"
#include "base/time_point.h"
#include "stun/message.h"
#include "stun/rate_limiter.h"

namespace baton::stun {

enum class BindingResult : uint8_t {
  kAnswered,
  kAnsweredRfc3489,
  kUnknownAttribute,  // answered with 420
  kRateLimited,       // this one and the following: silence
  kMalformed,
  kNotARequest,
  kOtherMethod,
  kBadFingerprint,
  kRfc3489Unsupported,
};
inline constexpr size_t kBindingResults = 9;

// The metric's label.
std::string_view Name(BindingResult result);

struct BindingReply {
  BindingResult result;
  size_t size;  // bytes written; 0: send nothing
};

inline constexpr size_t kMaxReplyGrowth = 24;
// Error code, list of unknown attributes, fingerprint.
inline constexpr size_t kMaxBindingReplySize =
    kHeaderSize + 8 + kAttributeHeaderSize + 2 * kMaxAttributes + 8;

// The answer to one datagram from `source`, without the limit. `out` has kMaxBindingReplySize
// bytes or more.
BindingReply RespondToBinding(Bytes datagram, const TransportAddress& source, MutableBytes out);

// With the limit per source prefix, which is all the state that there is.
class BindingResponder {
 public:
  explicit BindingResponder(const RateLimiter::Options& limits) : limiter_(limits) {}

  BindingReply Respond(TimePoint now, Bytes datagram, const TransportAddress& source,
                       MutableBytes out);

 private:
  RateLimiter limiter_;
};

}  // namespace baton::stun
