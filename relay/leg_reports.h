// The reports about one leg: those that the relay sends to the subscriber, and what the subscriber
// answers (RFC 3550 section 6.4). Plain data.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time_point.h"
#include "rtp/rtcp_body.h"
#include "rtp/types.h"

namespace baton::relay {

class LegReports {
 public:
  // Sender reports to which a subscriber may still refer.
  static constexpr size_t kRemembered = 4;
  // A longer round trip is not believed.
  static constexpr Duration kMaxRoundTrip = std::chrono::seconds(10);
  // A subscriber's clock of coarse resolution may overstate its delay by this much.
  static constexpr Duration kMaxDelayError = std::chrono::milliseconds(1);

  // What the subscriber told last.
  struct Reception {
    uint8_t fraction_lost = 0;    // of 256, since its report before
    int32_t cumulative_lost = 0;  // 24 bits, signed
    uint32_t jitter = 0;          // in units of the clock rate
  };

  // A sender report about the leg leaves at `now`: its own SSRC and timeline, and what was sent to
  // the subscriber, of which the octets are those of payloads, without headers and padding.
  void OnSent(const rtp::SenderInfo& info, TimePoint now);

  // A report block about this leg that came at `now`. Returns the round trip that it shows, unless
  // it refers to no report that is remembered, or is not plausible.
  std::optional<Duration> OnReportBlock(const rtp::ReportBlock& block, TimePoint now);

  // Nothing before the first report block.
  const std::optional<Reception>& reception() const { return reception_; }
  // Smoothed as in RFC 6298 section 2; nothing before the first one that was measured.
  std::optional<Duration> round_trip() const { return round_trip_; }

 private:
  struct Sent {
    uint32_t ntp_middle = 0;
    TimePoint at;
  };

  std::optional<Duration> RoundTrip(const rtp::ReportBlock& block, TimePoint now) const;

  std::array<Sent, kRemembered> sent_{};  // a ring
  uint64_t reports_sent_ = 0;
  std::optional<Reception> reception_;
  std::optional<Duration> round_trip_;
};

}  // namespace baton::relay
