#include "relay/leg_numbering.h"

#include <limits>

#include "rtp/sequence.h"

namespace baton::relay {

void LegSegments::Begin(const LegSegment& segment) {
  const bool last_is_empty = begun_ > 0 && Newest(0).start_out() == segment.start_out();
  if (!last_is_empty) ++begun_;
  ring_[(begun_ - 1) % kKept] = segment;
}

std::optional<LegMapping> LegSegments::FindByIn(StreamKey stream, rtp::ExtendedSequence in) const {
  int64_t end_out = std::numeric_limits<int64_t>::max();
  for (uint64_t age = 0; age < kept(); ++age) {
    const LegSegment& segment = Newest(age);
    if (segment.stream == stream && segment.start_in <= in.value()) {
      // What came after the segment's end, while the leg was paused, has no number.
      const int64_t out = static_cast<int64_t>(in.value()) + segment.mapping.sequence;
      return out < end_out ? std::optional(segment.mapping) : std::nullopt;
    }
    end_out = segment.start_out();
  }
  return std::nullopt;
}

std::optional<LegSegments::Source> LegSegments::FindByOut(rtp::SequenceNumber out,
                                                          int64_t next_out) const {
  // 1..65536 below next_out.
  const auto behind = static_cast<uint16_t>(static_cast<uint16_t>(next_out) - out.value() - 1);
  const int64_t number = next_out - 1 - behind;
  for (uint64_t age = 0; age < kept(); ++age) {
    const LegSegment& segment = Newest(age);
    if (segment.start_out() > number) continue;
    const auto in = static_cast<uint64_t>(number - segment.mapping.sequence);
    return Source{segment.stream, rtp::ExtendedSequence(in), segment.mapping};
  }
  return std::nullopt;
}

}  // namespace baton::relay
