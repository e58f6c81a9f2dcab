// Receiving one track: which of its packets are taken, and under which numbers. The numbers that
// come out are continuous for as long as the track lives, whatever its sender does; a leg relies on
// that. Plain data.
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
  rtp::Reception reception_;
  uint64_t bytes_ = 0;
  TimePoint last_arrival_;
  uint32_t clock_rate_ = 1;
  uint32_t timestamp_offset_ = 0;  // added to what the sender says, so that a restart has no step
  rtp::RtpTimestamp newest_timestamp_;  // with the offset
};

}  // namespace baton::relay
