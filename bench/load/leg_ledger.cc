#include "bench/load/leg_ledger.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace baton::bench {

LegLedger::LegLedger(size_t window) : bits_(std::bit_ceil(std::max<size_t>(window, 64)) / 64) {}

void LegLedger::Start(uint64_t first) {
  std::fill(bits_.begin(), bits_.end(), 0);
  first_ = settled_ = next_ = first;
  pending_ = {};
}

LegLedger::Arrival LegLedger::Note(uint64_t number) {
  if (number >= next_) {
    MoveTo(number + 1);
    Set(number);
    return Arrival::kNew;
  }
  if (number + window() < next_ || number < first_) return Arrival::kTooLate;
  if (Has(number)) return Arrival::kDuplicate;
  if (number < settled_) return Arrival::kTooLate;
  Set(number);
  return Arrival::kReordered;
}

LegLedger::Settled LegLedger::SettleBefore(uint64_t number) {
  if (number > next_) MoveTo(number);
  Settle(number);
  return std::exchange(pending_, {});
}

void LegLedger::MoveTo(uint64_t next) {
  if (next > window()) Settle(std::min(next - window(), next_));
  if (next - next_ >= window()) {
    std::fill(bits_.begin(), bits_.end(), 0);
  } else {
    for (uint64_t number = next_; number < next; ++number) Reset(number);
  }
  // Numbers that were passed over and are out of the window at once.
  if (next > window() && next - window() > settled_) {
    const uint64_t passed = next - window() - settled_;
    pending_.expected += passed;
    pending_.lost += passed;
    settled_ += passed;
  }
  next_ = next;
}

void LegLedger::Settle(uint64_t number) {
  for (; settled_ < number; ++settled_) {
    ++pending_.expected;
    if (!Has(settled_)) ++pending_.lost;
  }
}

}  // namespace baton::bench
