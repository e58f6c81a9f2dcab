// Which packets of one leg arrived, in bounded memory: a bitmap over a window of the latest
// numbers. Pure; constant time for each packet.
//
// A number is *settled* when its fate is decided: received, or lost. One that arrives after it has
// been settled as lost stays lost, because it came too late to be of use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace baton::bench {

class LegLedger {
 public:
  enum class Arrival : uint8_t {
    kNew,
    kReordered,  // new, and a later one came before it
    kDuplicate,
    kTooLate,  // settled as lost already, or before the first one
  };
  struct Settled {
    uint64_t expected = 0;
    uint64_t lost = 0;
  };

  // `window`: for how many of the latest numbers the ledger knows each one's fate. Rounded up to a
  // power of two of at least 64. What falls out of it unsettled is settled.
  explicit LegLedger(size_t window);

  // Forgets everything; numbers from `first` on are expected.
  void Start(uint64_t first);

  Arrival Note(uint64_t number);

  // Settles all numbers below `number`, and says what came of those that have been settled since
  // the last call, by this one or by falling out of the window.
  Settled SettleBefore(uint64_t number);

  // One beyond the highest number that arrived, or the first expected one.
  uint64_t next() const { return next_; }

 private:
  bool Has(uint64_t number) const { return (bits_[Word(number)] >> (number % 64) & 1) != 0; }
  void Set(uint64_t number) { bits_[Word(number)] |= uint64_t{1} << (number % 64); }
  void Reset(uint64_t number) { bits_[Word(number)] &= ~(uint64_t{1} << (number % 64)); }
  size_t Word(uint64_t number) const { return number / 64 & (bits_.size() - 1); }
  uint64_t window() const { return bits_.size() * 64; }
  // Makes room for numbers below `next`.
  void MoveTo(uint64_t next);
  void Settle(uint64_t number);

  std::vector<uint64_t>
      bits_;  // of numbers next_ - window() to next_ - 1; those below first_ are 0
  uint64_t first_ = 0;
  uint64_t settled_ = 0;  // all below are
  uint64_t next_ = 0;
  Settled pending_;  // not yet told
};

}  // namespace baton::bench
