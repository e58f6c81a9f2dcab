// Arithmetic on numbers that wrap: RTP sequence numbers (16 bits) and timestamps (32 bits), in the
// manner of RFC 1982. Within any window of less than half the range "before" is a strict order; two
// numbers exactly half the range apart are unordered.
#pragma once

#include <cstdint>

#include "rtp/types.h"

namespace baton::rtp {

// The shortest way from `from` to `to`, in -32768..32767; positive if `to` is newer. Half the range
// is -32768 in both directions.
constexpr int16_t Distance(SequenceNumber from, SequenceNumber to) {
  return static_cast<int16_t>(static_cast<uint16_t>(to.value() - from.value()));
}
constexpr int32_t Distance(RtpTimestamp from, RtpTimestamp to) {
  return static_cast<int32_t>(to.value() - from.value());
}

constexpr bool IsBefore(SequenceNumber a, SequenceNumber b) { return Distance(a, b) > 0; }
constexpr bool IsBefore(RtpTimestamp a, RtpTimestamp b) { return Distance(a, b) > 0; }

constexpr SequenceNumber Add(SequenceNumber a, int32_t n) {
  return SequenceNumber(static_cast<uint16_t>(a.value() + static_cast<uint32_t>(n)));
}
constexpr RtpTimestamp Add(RtpTimestamp a, int32_t n) {
  return RtpTimestamp(a.value() + static_cast<uint32_t>(n));
}

// The 16 bits that go on the wire.
constexpr SequenceNumber ToWire(ExtendedSequence extended) {
  return SequenceNumber(static_cast<uint16_t>(extended.value()));
}

// The extended number with the low bits `sequence` that is nearest to `reference`; of two equally
// near the older one. `reference` >= 32768, as everything is that SequenceUnwrapper gives.
constexpr ExtendedSequence Extend(ExtendedSequence reference, SequenceNumber sequence) {
  const int16_t step = Distance(ToWire(reference), sequence);
  return ExtendedSequence(reference.value() + static_cast<uint64_t>(int64_t{step}));
}

// Turns the sequence numbers of one stream, roughly in order, into a total order. The first number
// gets a count of one wrap, so that numbers sent before it which arrive after it still have a place
// and nothing is ever below 0. Plain data.
class SequenceUnwrapper {
 public:
  static constexpr ExtendedSequence First(SequenceNumber sequence) {
    return ExtendedSequence(uint64_t{1} << 16 | sequence.value());
  }

  constexpr ExtendedSequence Unwrap(SequenceNumber sequence) {
    const ExtendedSequence extended = started() ? Extend(highest_, sequence) : First(sequence);
    if (extended > highest_) highest_ = extended;
    return extended;
  }

  constexpr bool started() const { return highest_ != ExtendedSequence(0); }
  // The newest so far; only if started().
  constexpr ExtendedSequence highest() const { return highest_; }

 private:
  ExtendedSequence highest_;
};

}  // namespace baton::rtp
