// Receiving one track: which of its packets are taken, and under which numbers. The numbers that
// come out are continuous for as long as the track lives, whatever its sender does, and none comes
// out twice; a leg relies on that. A sender that begins to number anew is continued after a gap of
// two: for the packet that announced it, which was dropped and may come again, and before it for
// whatever was the old numbering's last and never came: nobody is to take the two for neighbours.
// Plain data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time_point.h"
#include "relay/drop_reason.h"
#include "rtp/reception.h"
#include "rtp/types.h"

namespace baton::relay {

class Ingress {
 public:
  struct Accepted {
    rtp::ExtendedSequence sequence;
    rtp::RtpTimestamp timestamp;
  };

  Ingress() = default;
  explicit Ingress(uint32_t clock_rate) : clock_rate_(clock_rate) {}

  struct Arrived {
    rtp::SequenceNumber sequence;
    rtp::RtpTimestamp timestamp;
    size_t bytes = 0;  // of the datagram
    TimePoint at;      // must not go backwards
    // It came as a retransmission, by a stream of its own (RFC 4588): it fills its place, and says
    // nothing of loss and jitter.
    bool retransmitted = false;
  };
  // Nothing if the packet goes no further; `reason` says why.
  std::optional<Accepted> Accept(const Arrived& packet, DropReason& reason);

  const rtp::Reception& reception() const { return reception_; }
  uint64_t bytes() const { return bytes_; }
  TimePoint last_arrival() const { return last_arrival_; }
  // The newest numbers that came out; meaningless before the first packet.
  rtp::ExtendedSequence newest_sequence() const { return newest_sequence_; }
  rtp::RtpTimestamp newest_timestamp() const { return newest_timestamp_; }
  // Added to the sender's timestamps.
  uint32_t timestamp_offset() const { return timestamp_offset_; }
  // Whether a packet with this number has not come and would be taken.
  bool IsMissing(rtp::ExtendedSequence sequence) const;
  // What the sender calls the packet that came out, or is to come out, as `sequence`; nothing if
  // that was before its latest restart.
  std::optional<rtp::SequenceNumber> ToSender(rtp::ExtendedSequence sequence) const;

 private:
  void Continue(const Arrived& packet, rtp::ExtendedSequence sequence);

  rtp::Reception reception_;
  uint64_t bytes_ = 0;
  TimePoint last_arrival_;
  uint32_t clock_rate_ = 1;
  // Added to what reception_ and the sender say, so that a restart has no step.
  uint64_t sequence_offset_ = 0;
  uint32_t timestamp_offset_ = 0;
  // The newest numbers that came out.
  rtp::RtpTimestamp newest_timestamp_;
  rtp::ExtendedSequence newest_sequence_;
  // The last number of before the latest restart: a late packet must not get one that is taken.
  rtp::ExtendedSequence last_before_restart_;
};

}  // namespace baton::relay
