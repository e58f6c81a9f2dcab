#include "relay/reception_reports.h"

#include <algorithm>

namespace baton::relay {
namespace {

// rtp::SequenceUnwrapper begins with one wrap, and RFC 3550 A.1 with none.
uint32_t HighestOnWire(rtp::ExtendedSequence highest) {
  constexpr uint64_t kWrap = 1 << 16;
  return static_cast<uint32_t>(highest.value() - kWrap);
}

int32_t ClampTo24Bits(int64_t lost) {
  constexpr int64_t kMax = (1 << 23) - 1;
  constexpr int64_t kMin = -(1 << 23);
  return static_cast<int32_t>(std::clamp(lost, kMin, kMax));
}

}  // namespace

rtp::ReportBlock ReceptionReports::Make(rtp::Ssrc source, const rtp::Reception& reception,
                                        const SenderClock& clock, TimePoint now) {
  const auto expected = static_cast<int64_t>(reception.expected() - expected_);
  const auto lost = expected - static_cast<int64_t>(reception.received() - received_);
  expected_ = reception.expected();
  received_ = reception.received();
  rtp::ReportBlock block;
  block.source = source;
  // Below 256: whenever more is expected, a packet has arrived.
  block.fraction_lost =
      lost > 0 && expected > 0 ? static_cast<uint8_t>(lost * 256 / expected) : uint8_t{0};
  block.cumulative_lost = ClampTo24Bits(reception.lost());
  block.highest_sequence = HighestOnWire(reception.highest());
  block.jitter = reception.jitter();
  block.last_sender_report = clock.last_sender_report();
  block.delay_since_last = clock.DelaySinceLast(now);
  return block;
}

}  // namespace baton::relay
