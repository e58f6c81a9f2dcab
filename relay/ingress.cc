#include "relay/ingress.h"

namespace baton::relay {

std::optional<Ingress::Accepted> Ingress::Accept(const rtp::PacketView& packet, TimePoint arrival,
                                                 DropReason& reason) {
  const rtp::ArrivalResult result =
      reception_.Update(packet.sequence, packet.timestamp, arrival, clock_rate_);
  switch (result.kind) {
    case rtp::Arrival::kJump:
      reason = DropReason::kSequenceJump;
      return std::nullopt;
    case rtp::Arrival::kDuplicate:
      reason = DropReason::kDuplicate;
      return std::nullopt;
    case rtp::Arrival::kRestarted: {
      // The sender's new timeline is placed where the old one would have been by now.
      const auto elapsed_us =
          std::chrono::duration_cast<std::chrono::microseconds>(arrival - last_arrival_).count();
      const auto elapsed = static_cast<uint32_t>(elapsed_us * clock_rate_ / 1'000'000);
      timestamp_offset_ = newest_timestamp_.value() + elapsed - packet.timestamp.value();
      break;
    }
    case rtp::Arrival::kInOrder:
    case rtp::Arrival::kLate:
      break;
  }
  bytes_ += packet.datagram.size();
  last_arrival_ = arrival;
  const rtp::RtpTimestamp timestamp(packet.timestamp.value() + timestamp_offset_);
  if (result.kind != rtp::Arrival::kLate) newest_timestamp_ = timestamp;
  return Accepted{result.sequence, timestamp};
}

}  // namespace baton::relay
