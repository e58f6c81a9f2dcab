#include "relay/ingress.h"

#include <algorithm>

#include "rtp/sequence.h"

namespace baton::relay {

std::optional<Ingress::Accepted> Ingress::Accept(const Arrived& packet, DropReason& reason) {
  const rtp::ArrivalResult result =
      packet.retransmitted
          ? reception_.Repair(packet.sequence)
          : reception_.Update(packet.sequence, packet.timestamp, packet.at, clock_rate_);
  switch (result.kind) {
    case rtp::Arrival::kJump:
      reason = DropReason::kSequenceJump;
      return std::nullopt;
    case rtp::Arrival::kDuplicate:
      reason = DropReason::kDuplicate;
      return std::nullopt;
    case rtp::Arrival::kRestarted:
      Continue(packet, result.sequence);
      break;
    case rtp::Arrival::kInOrder:
    case rtp::Arrival::kLate:
      break;
  }
  const rtp::ExtendedSequence sequence(result.sequence.value() + sequence_offset_);
  if (sequence <= last_before_restart_) {
    reason = DropReason::kSequenceJump;
    return std::nullopt;
  }
  bytes_ += packet.bytes;
  last_arrival_ = packet.at;
  const rtp::RtpTimestamp timestamp(packet.timestamp.value() + timestamp_offset_);
  if (result.kind != rtp::Arrival::kLate) {
    newest_sequence_ = sequence;
    newest_timestamp_ = timestamp;
  }
  return Accepted{sequence, timestamp};
}

std::optional<rtp::SequenceNumber> Ingress::ToSender(rtp::ExtendedSequence sequence) const {
  if (sequence <= last_before_restart_) return std::nullopt;
  return rtp::ToWire(rtp::ExtendedSequence(sequence.value() - sequence_offset_));
}

bool Ingress::IsMissing(rtp::ExtendedSequence sequence) const {
  if (sequence <= last_before_restart_) return false;
  return reception_.IsMissing(rtp::ExtendedSequence(sequence.value() - sequence_offset_));
}

// Places the new numbering behind the old one, and the new timeline where the old one would have
// been by now, at least one tick later: what has the same timestamp is the same frame.
void Ingress::Continue(const Arrived& packet, rtp::ExtendedSequence sequence) {
  last_before_restart_ = rtp::ExtendedSequence(newest_sequence_.value() + 1);
  sequence_offset_ = last_before_restart_.value() + 2 - sequence.value();
  const auto elapsed_us = static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(packet.at - last_arrival_).count());
  const auto elapsed = static_cast<uint32_t>(elapsed_us * clock_rate_ / 1'000'000);
  timestamp_offset_ = newest_timestamp_.value() + std::max(elapsed, 1u) - packet.timestamp.value();
}

}  // namespace baton::relay
