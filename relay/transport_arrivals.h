// When the packets of one publisher arrived, by their transport-wide sequence numbers, until a
// feedback packet tells it (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1).
//
// Plain data without pointers, of which all zeros is a fresh log.
#pragma once

#include <array>
#include <bitset>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/time_point.h"
#include "rtp/transport_feedback.h"
#include "rtp/types.h"

namespace baton::relay {

class TransportArrivals {
 public:
  // Numbers that are remembered: the newest one and those below it.
  static constexpr uint32_t kCapacity = 512;
  // A feedback packet is due this long after the first arrival that it is to tell, ...
  static constexpr Duration kInterval = std::chrono::milliseconds(100);
  // ... or when it would tell of this many numbers.
  static constexpr uint32_t kManyNumbers = kCapacity / 4 * 3;
  // A packet that was told to be missing is told again, as arrived, with all that came after it;
  // but only if none of those arrived longer ago than this. So the arrivals of one feedback packet
  // are close enough together for its 16-bit differences.
  static constexpr Duration kMaxLateness = std::chrono::milliseconds(500);
  // As RFC 3550 A.1 has it for sequence numbers: a step further forward is believed only if the
  // next packet confirms it.
  static constexpr uint16_t kMaxDropout = 3000;

  using Arrivals = std::array<rtp::PacketArrival, kCapacity>;

  // What the next feedback packet is to say, for rtp::WriteTransportFeedback().
  struct Report {
    rtp::ExtendedSequence base;
    uint8_t feedback_count = 0;
    std::span<const rtp::PacketArrival> arrivals;  // rising by sequence; at least one
  };

  // One packet. Duplicates change nothing. `arrival` must not go backwards.
  void OnPacket(rtp::SequenceNumber sequence, TimePoint arrival);

  // When a report is due: kNever if there is nothing to tell.
  TimePoint NextReport() const;

  // What has not been told: of the numbers after those of the report before, or from the lowest one
  // that came late. Nothing if there is nothing to tell. The arrivals are in `buffer`.
  std::optional<Report> MakeReport(Arrivals& buffer) const;

  // The report was sent, with its arrivals up to `last`; those after it are for the next report,
  // which is due at once. `last` is one of the arrivals of MakeReport(), with no packet since.
  void OnReported(rtp::ExtendedSequence last);

  // Arrivals that no report has told nor will: none was made in time, the sender began to number
  // anew, or they were too late.
  uint64_t untold() const { return untold_; }

 private:
  static constexpr size_t SlotOf(uint64_t number) { return number % kCapacity; }

  void Begin(rtp::SequenceNumber first, TimePoint arrival);
  // Makes `number` the newest.
  void MoveTo(uint64_t number);
  // Forgets the numbers below `number`; the next report begins there or above.
  void ForgetBelow(uint64_t number);
  void OnLate(uint64_t number, TimePoint arrival);
  // Whether `number`, and with it what was told of the numbers above it, may still be told at
  // `now`.
  bool CanTellFrom(uint64_t number, TimePoint now) const;
  void Record(uint64_t number, TimePoint arrival);

  // Numbers are extended as rtp::SequenceUnwrapper does. What is remembered is [end_ - kCapacity,
  // end_), of which [begin_, end_) is for the next report. end_ - 1 has arrived.
  uint64_t begin_ = 0;
  uint64_t end_ = 0;  // 0: nothing has arrived yet
  uint64_t untold_ = 0;
  TimePoint first_pending_;  // if begin_ < end_: the arrival since when it is
  bool jumped_ = false;      // after_jump_ is meaningful
  rtp::SequenceNumber after_jump_;
  uint8_t feedback_count_ = 0;
  std::bitset<kCapacity> arrived_;  // by SlotOf(number), as are:
  std::array<TimePoint, kCapacity> arrivals_{};
};

}  // namespace baton::relay
