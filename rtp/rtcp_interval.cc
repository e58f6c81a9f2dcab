#include "rtp/rtcp_interval.h"

#include <algorithm>

#include "base/check.h"

namespace baton::rtp {

Duration RtcpInterval(const RtcpTraffic& traffic, uint32_t random) {
  constexpr double kMembers = 2;
  constexpr double kRtcpFraction = 0.05;
  // Of RTCP's bandwidth, while nobody sends. One sender of two is more than the quarter up to which
  // senders have a part of their own.
  constexpr double kReceiversFraction = 0.75;
  constexpr double kMinimumSeconds = 5;
  constexpr double kReducedMinimumSeconds = 360'000;  // divided by bit/s
  constexpr double kCompensation = 2.718281828459045 - 1.5;
  constexpr double kNanosecondsPerSecond = 1e9;
  BATON_CHECK(traffic.session_bits_per_second > 0);

  const auto bits_per_second = static_cast<double>(traffic.session_bits_per_second);
  double minimum = std::min(kMinimumSeconds, kReducedMinimumSeconds / bits_per_second);
  if (traffic.initial) minimum /= 2;

  double rtcp_bytes_per_second = kRtcpFraction * bits_per_second / 8;
  if (!traffic.anyone_sends) rtcp_bytes_per_second *= kReceiversFraction;
  const double interval =
      std::max(minimum, kMembers * traffic.average_size / rtcp_bytes_per_second);

  const double spread = 0.5 + random / 4294967296.0;
  return Duration(
      static_cast<Duration::rep>(interval * spread / kCompensation * kNanosecondsPerSecond));
}

}  // namespace baton::rtp
