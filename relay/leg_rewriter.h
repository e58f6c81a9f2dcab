// The numbering of one leg: maps a track's sequence numbers and timestamps to the leg's own, so
// that the receiver sees one continuous stream however often the leg is paused and resumed.
// Plain data; no notion of time.
#pragma once

#include <cstdint>
#include <optional>

#include "rtp/types.h"

namespace baton::relay {

class LegRewriter {
 public:
  struct Numbers {
    rtp::SequenceNumber sequence;
    rtp::RtpTimestamp timestamp;
  };

  LegRewriter() = default;
  // The leg's stream begins at `first`, and its timestamps are the track's plus
  // `timestamp_offset`; both ought to be random (RFC 3550 section 5.1).
  LegRewriter(rtp::SequenceNumber first, uint32_t timestamp_offset)
      : next_out_(int64_t{first.value()}), timestamp_offset_(timestamp_offset) {}

  // The next packet to come continues the leg's numbering without a gap, whatever its own number.
  // To be called when the leg stops forwarding.
  void Interrupt() { running_ = false; }

  // Nothing for a packet that belongs before the one with which the leg started or resumed: its
  // number is taken. `sequence` must be continuous for the track (relay/ingress.h sees to it).
  std::optional<Numbers> Rewrite(rtp::ExtendedSequence sequence, rtp::RtpTimestamp timestamp) {
    const auto in = static_cast<int64_t>(sequence.value());
    if (!running_) {
      running_ = true;
      start_in_ = in;
      offset_ = next_out_ - in;
    }
    if (in < start_in_) return std::nullopt;
    const int64_t out = in + offset_;
    if (out >= next_out_) next_out_ = out + 1;
    return Numbers{rtp::SequenceNumber(static_cast<uint16_t>(out)),
                   rtp::RtpTimestamp(timestamp.value() + timestamp_offset_)};
  }

 private:
  int64_t next_out_ = 0;  // one past the highest number used
  int64_t offset_ = 0;    // out = in + offset
  int64_t start_in_ = 0;  // the track's number with which this stretch began
  uint32_t timestamp_offset_ = 0;
  bool running_ = false;
};

}  // namespace baton::relay
