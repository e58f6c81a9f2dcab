// Receiving one track: which of its packets are taken, and under which numbers. The numbers that
// come out are continuous for as long as the track lives, whatever its sender does, and none comes
// out twice; a leg relies on that. A sender that begins to number anew is continued after a gap of
// one, which stands for the packet that announced it and was dropped. Plain data.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time_point.h"
#include "relay/drop_reason.h"
#include "rtp/packet.h"
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

  // Nothing if the packet goes no further; `reason` says why. `arrival` must not go backwards.
  std::optional<Accepted> Accept(const rtp::PacketView& packet, TimePoint arrival,
                                 DropReason& reason);

  const rtp::Reception& reception() const { return reception_; }
  uint64_t bytes() const { return bytes_; }
  TimePoint last_arrival() const { return last_arrival_; }

 private:
  void Continue(const rtp::PacketView& packet, rtp::ExtendedSequence sequence, TimePoint arrival);

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
