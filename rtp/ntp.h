// Time as RTCP says it (RFC 3550 section 4): NTP timestamps, 64 bits of seconds in 32.32 fixed
// point, and their middle 32 bits, 16.16.
//
// An NTP timestamp is relative to 1900; one of a sender without a wall clock may be relative to
// anything, as long as it is monotonic. Which it is, is decided by the offset that is added to a
// monotonic time.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time_point.h"

namespace baton::rtp {

// From 1900 to 1970, in seconds: 70 years of which 17 were leap years.
inline constexpr uint64_t kNtpUnixOffsetSeconds = (uint64_t{70} * 365 + 17) * 86400;

// `since` is not negative. Whole eras of 2^32 s fall off. Exact to 2^-32 s, rounded down.
constexpr uint64_t NtpFromDuration(Duration since) {
  constexpr uint64_t kNanosecondsPerSecond = 1'000'000'000;
  const auto ns = static_cast<uint64_t>(since.count());
  const uint64_t seconds = ns / kNanosecondsPerSecond;
  const uint64_t fraction = ((ns % kNanosecondsPerSecond) << 32) / kNanosecondsPerSecond;
  return seconds << 32 | fraction;
}

// The NTP timestamp of `time`, where `offset` is the one of the monotonic epoch.
constexpr uint64_t NtpFromTime(TimePoint time, uint64_t offset) {
  return NtpFromDuration(time.time_since_epoch()) + offset;
}

// What reports carry of a sender report's timestamp.
constexpr uint32_t MiddleBits(uint64_t ntp) { return static_cast<uint32_t>(ntp >> 16); }

// Seconds in 16.16 fixed point, as in a report's delay since the last SR. Below 0 it is 0, and
// above 18 hours as much as fits.
constexpr uint32_t ShortFromDuration(Duration duration) {
  if (duration < Duration::zero()) return 0;
  const uint64_t value = NtpFromDuration(duration) >> 16;
  return value > 0xffffffff ? 0xffffffff : static_cast<uint32_t>(value);
}

// Rounded down to a nanosecond.
constexpr Duration DurationFromShort(uint32_t value) {
  return Duration((uint64_t{value} * 1'000'000'000) >> 16);
}

// RFC 3550 section 6.4.1: the round trip time from a report block that came at `arrival` (the
// middle bits of our clock), which says which of our sender reports came last and how long before.
// Nothing if none has come. A clock that is too coarse, or a peer that errs, gives 0 instead of
// less.
constexpr std::optional<Duration> RoundTripTime(uint32_t arrival, uint32_t last_sender_report,
                                                uint32_t delay_since_last) {
  if (last_sender_report == 0) return std::nullopt;
  const uint32_t difference = arrival - last_sender_report - delay_since_last;
  const bool negative = difference >> 31 != 0;
  return negative ? Duration::zero() : DurationFromShort(difference);
}

}  // namespace baton::rtp
