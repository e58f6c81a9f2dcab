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

  using Arrivals = std::array<std::optional<TimePoint>, kCapacity>;

  // What one feedback packet says.
  struct Report {
    rtp::SequenceNumber base;
    uint8_t feedback_count = 0;
    // Of `base` and the numbers after it, at least one; nothing for what has not arrived. The last
    // one has.
    std::span<const std::optional<TimePoint>> arrivals;
  };

  // One packet. Duplicates change nothing. `arrival` must not go backwards.
  void OnPacket(rtp::SequenceNumber sequence, TimePoint arrival);

  // When Take() ought to be called: kNever if nothing has arrived since it was.
  TimePoint NextReport() const;

  // The next report: of the numbers after those of the report before, or from the lowest one that
  // came late. Nothing if there is nothing to tell. Its arrivals are in `buffer`.
  std::optional<Report> Take(Arrivals& buffer);

  // Arrivals that were never told, because Take() was not called in time or the sender began to
  // number anew.
  uint64_t untold() const { return untold_; }

 private:
  static constexpr size_t SlotOf(uint64_t number) { return number % kCapacity; }

  void Begin(rtp::SequenceNumber first, TimePoint arrival);
  void MoveTo(uint64_t number);
  // Forgets the numbers below `number`, which is at most end_ + kCapacity.
  void ForgetBelow(uint64_t number);
  void OnLate(uint64_t number, TimePoint arrival);
  void Record(uint64_t number, TimePoint arrival);

  // Numbers are extended as rtp::SequenceUnwrapper does. What is remembered is [end_ - kCapacity,
  // end_), of which [begin_, end_) is for the next report.
  uint64_t begin_ = 0;
  uint64_t end_ = 0;  // 0: nothing has arrived yet
  uint64_t untold_ = 0;
  TimePoint first_untold_;  // if pending_: when the first one since the last report arrived
  bool pending_ = false;    // something arrived since the last report
  bool jumped_ = false;     // after_jump_ is meaningful
  rtp::SequenceNumber after_jump_;
  uint8_t feedback_count_ = 0;
  std::bitset<kCapacity> arrived_;  // by SlotOf(number), as are:
  std::array<TimePoint, kCapacity> arrivals_{};
};

}  // namespace baton::relay
