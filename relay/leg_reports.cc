#include "relay/leg_reports.h"

#include <algorithm>
#include <span>

#include "rtp/ntp.h"

namespace baton::relay {

void LegReports::OnSent(const rtp::SenderInfo& info, TimePoint now) {
  sent_[reports_sent_ % kRemembered] = {rtp::MiddleBits(info.ntp_timestamp), now};
  ++reports_sent_;
}

std::optional<Duration> LegReports::OnReportBlock(const rtp::ReportBlock& block, TimePoint now) {
  reception_ = {block.fraction_lost, block.cumulative_lost, block.jitter};
  const std::optional<Duration> measured = RoundTrip(block, now);
  if (measured) {
    round_trip_ = round_trip_ ? *round_trip_ + (*measured - *round_trip_) / 8 : *measured;
  }
  return measured;
}

// By when the report was sent on our own clock, because its NTP timestamp may be on another.
std::optional<Duration> LegReports::RoundTrip(const rtp::ReportBlock& block, TimePoint now) const {
  if (block.last_sender_report == 0) return std::nullopt;
  const auto remembered = std::span(sent_).first(std::min<uint64_t>(reports_sent_, kRemembered));
  const auto sent = std::ranges::find(remembered, block.last_sender_report, &Sent::ntp_middle);
  if (sent == remembered.end()) return std::nullopt;
  const Duration measured = now - sent->at - rtp::DurationFromShort(block.delay_since_last);
  if (measured < -kMaxDelayError || measured > kMaxRoundTrip) return std::nullopt;
  return std::max(measured, Duration::zero());
}

}  // namespace baton::relay
