// When to send the next compound RTCP packet (RFC 3550 sections 6.2 and 6.3.1, appendix A.7), in a
// session of two: the relay and one peer.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time_point.h"

namespace baton::rtp {

// The average size of compound packets, sent and received (RFC 3550 section 6.3.3). Plain data.
class AverageRtcpSize {
 public:
  AverageRtcpSize() = default;
  // `first`: what the first one is expected to be (section 6.3.2).
  explicit AverageRtcpSize(size_t first) : size_x16_(static_cast<uint32_t>(16 * first)) {}

  // `bytes` with the headers of UDP and IP, at most 65535.
  void Add(size_t bytes) {
    size_x16_ = static_cast<uint32_t>(size_x16_ + bytes - (size_x16_ + 8) / 16);
  }

  uint32_t bytes() const { return size_x16_ / 16; }

 private:
  uint32_t size_x16_ = 0;
};

struct RtcpTraffic {
  uint64_t session_bits_per_second = 0;  // of media, both directions together; above 0
  uint32_t average_size = 0;             // AverageRtcpSize::bytes()
  bool initial = false;  // no RTCP packet has been sent yet: half the minimum will do
  bool anyone_sends = false;
};

// The time from one compound packet to the next. RTCP takes 5 % of the session's bandwidth, and the
// minimum is the reduced one: 360 s / (kbit/s), and never above 5 s. `random` is uniform over its
// 32 bits, and spreads the result over 0.5 to 1.5 times the interval, both divided by e - 3/2.
Duration RtcpInterval(const RtcpTraffic& traffic, uint32_t random);

}  // namespace baton::rtp
