#include "relay/sender_clock.h"

#include "rtp/ntp.h"
#include "rtp/sequence.h"

namespace baton::relay {
namespace {

using std::chrono::seconds;

constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;

// From one NTP timestamp to another less than 68 years away, over the end of an era too.
Duration Between(uint64_t from, uint64_t to) {
  const auto difference = static_cast<int64_t>(to - from);
  const int64_t fraction = difference & 0xffffffff;
  return seconds(difference >> 32) + Duration((fraction * kNanosecondsPerSecond) >> 32);
}

Duration ToDuration(int32_t ticks, uint32_t clock_rate) {
  return Duration(ticks * kNanosecondsPerSecond / clock_rate);
}

// To the nearest tick. `duration` is less than what makes half a wrap of the media clock.
int32_t ToTicks(Duration duration, uint32_t clock_rate) {
  const auto whole = std::chrono::floor<seconds>(duration);
  const int64_t fraction = (duration - whole).count() * clock_rate;
  return static_cast<int32_t>(whole.count() * clock_rate +
                              (fraction + kNanosecondsPerSecond / 2) / kNanosecondsPerSecond);
}

}  // namespace

void SenderClock::OnSenderReport(uint64_t ntp_timestamp, rtp::RtpTimestamp timestamp,
                                 TimePoint arrival) {
  if (ntp_timestamp == 0) return;
  if (IsFresh(arrival)) {
    const Duration wall = Between(ntp_timestamp_, ntp_timestamp);
    const Duration media = ToDuration(rtp::Distance(timestamp_, timestamp), clock_rate_);
    const bool agree = std::chrono::abs(wall - media) <= kMaxDrift;
    // The same report again, which confirms nothing, or an older one that was overtaken.
    if (agree && wall <= Duration::zero()) return;
    confirmed_ = agree && std::chrono::abs(wall - (arrival - arrival_)) <= kMaxSkew;
  } else {
    confirmed_ = true;
  }
  ntp_timestamp_ = ntp_timestamp;
  timestamp_ = timestamp;
  arrival_ = arrival;
}

bool SenderClock::IsFresh(TimePoint now) const {
  return ntp_timestamp_ != 0 && now - arrival_ <= kMaxAge;
}

bool SenderClock::IsUsable(TimePoint now) const { return confirmed_ && IsFresh(now); }

std::optional<rtp::RtpTimestamp> SenderClock::TimestampAt(TimePoint now) const {
  if (!IsUsable(now)) return std::nullopt;
  return rtp::Add(timestamp_, ToTicks(now - arrival_, clock_rate_));
}

std::optional<uint64_t> SenderClock::NtpAt(TimePoint now) const {
  if (!IsUsable(now)) return std::nullopt;
  return ntp_timestamp_ + rtp::NtpFromDuration(now - arrival_);
}

std::optional<rtp::RtpTimestamp> SenderClock::SameInstant(const SenderClock& other,
                                                          rtp::RtpTimestamp timestamp,
                                                          TimePoint now) const {
  if (!IsUsable(now) || !other.IsUsable(now)) return std::nullopt;
  const Duration from_other = Between(ntp_timestamp_, other.ntp_timestamp_);
  if (std::chrono::abs(from_other - (other.arrival_ - arrival_)) > kMaxSkew) return std::nullopt;
  const Duration since_other =
      ToDuration(rtp::Distance(other.timestamp_, timestamp), other.clock_rate_);
  if (std::chrono::abs(since_other) > kMaxAge) return std::nullopt;
  return rtp::Add(timestamp_, ToTicks(from_other + since_other, clock_rate_));
}

uint32_t SenderClock::DelaySinceLast(TimePoint now) const {
  return ntp_timestamp_ == 0 ? 0 : rtp::ShortFromDuration(now - arrival_);
}

}  // namespace baton::relay
