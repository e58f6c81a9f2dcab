// A publisher's clock, as the sender reports of one stream tell it: which instant of its wall clock
// belongs to which RTP timestamp, and when (RFC 3550 section 6.4.1). Plain data.
//
// Timestamps are on whatever timeline the caller has given them in; the relay gives a stream's
// continuous ones (relay/ingress.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/time_point.h"
#include "rtp/types.h"

namespace baton::relay {

class SenderClock {
 public:
  // An older report says nothing any more.
  static constexpr Duration kMaxAge = std::chrono::seconds(30);
  // By how much the wall clock and the media clock may disagree from one report to the next: more
  // is a jump of one of them.
  static constexpr Duration kMaxDrift = std::chrono::milliseconds(100);
  // By how much the wall clocks of two streams of one publisher may disagree, measured by arrival:
  // what the network can delay one report more than the other.
  static constexpr Duration kMaxSkew = std::chrono::seconds(1);

  SenderClock() = default;
  // `clock_rate` in Hz, > 0.
  explicit SenderClock(uint32_t clock_rate) : clock_rate_(clock_rate) {}

  // A sender report. `ntp_timestamp` is 32.32 fixed point seconds since 1900; 0 says that the
  // publisher has no wall clock, and the report is of no use. `arrival` must not go backwards.
  //
  // After a jump the clock cannot be used until another report has confirmed the new times. A
  // report that another one has overtaken changes nothing.
  void OnSenderReport(uint64_t ntp_timestamp, rtp::RtpTimestamp timestamp, TimePoint arrival);

  // Whether the functions below have an answer.
  bool IsUsable(TimePoint now) const;

  // What the publisher's clocks show at `now`, less the time that its report was on the way. `now`
  // is not before the report's arrival.
  std::optional<rtp::RtpTimestamp> TimestampAt(TimePoint now) const;
  std::optional<uint64_t> NtpAt(TimePoint now) const;

  // The timestamp of this stream at the instant at which `other`, a stream of the same publisher,
  // has `timestamp`, to within a tick. Nothing if that is more than kMaxAge away from the report of
  // `other`, if one of the clocks cannot be used, or if they do not show the same time.
  std::optional<rtp::RtpTimestamp> SameInstant(const SenderClock& other,
                                               rtp::RtpTimestamp timestamp, TimePoint now) const;

  // For a report block (RFC 3550 section 6.4.1): the middle 32 bits of the latest report's NTP
  // timestamp, and the time since it came in 1/65536 s; both 0 if there was none.
  uint32_t last_sender_report() const { return static_cast<uint32_t>(ntp_timestamp_ >> 16); }
  uint32_t DelaySinceLast(TimePoint now) const;

 private:
  bool IsFresh(TimePoint now) const;

  // The latest report.
  uint64_t ntp_timestamp_ = 0;  // 0: there was none
  rtp::RtpTimestamp timestamp_;
  TimePoint arrival_;
  uint32_t clock_rate_ = 1;
  bool confirmed_ = false;  // it does not follow a jump
};

}  // namespace baton::relay
