// What each of the latest sequence numbers of a leg was used for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time_point.h"
#include "tests/sim/media/payload.h"

namespace baton::sim {

struct UsedNumber {
  int64_t number = -1;  // unwrapped; negative: the place is not in use
  bool late = false;    // used after a higher one
  bool filler = false;  // an empty packet, in the place of one that the leg leaves out
  PacketIdentity packet;
  uint32_t timestamp = 0;
  bool marker = false;
  uint64_t first_arrival = 0;  // of the packet, at the node
  uint64_t last_arrival = 0;
  TimePoint written;           // the first time
  TimePoint sent_again{};      // the latest time, because it was asked for
  uint64_t sent_again_as = 0;  // the how manieth of the leg that was
  uint32_t taken = 0;          // times, by the kernel
};

class LegNumbers {
 public:
  static constexpr size_t kKept = 1024;

  LegNumbers() : used_(kKept) {}

  // Null if it was not used, or too long ago.
  UsedNumber* Find(int64_t number) {
    UsedNumber& found = used_[Place(number)];
    return found.number == number ? &found : nullptr;
  }
  UsedNumber& Use(const UsedNumber& number) { return used_[Place(number.number)] = number; }

  // The number under which the packet left; negative if it did not, or too long ago.
  int64_t NumberOf(const PacketTag& packet) const {
    for (const UsedNumber& used : used_) {
      if (used.number >= 0 && !used.filler && used.packet.tag == packet) return used.number;
    }
    return -1;
  }
  // The numbers between the two that fillers have.
  int64_t FillersBetween(int64_t from, int64_t to) {
    int64_t count = 0;
    for (int64_t i = from + 1; i < to && to - from < static_cast<int64_t>(kKept); ++i) {
      const UsedNumber* const used = Find(i);
      count += used != nullptr && used->filler;
    }
    return count;
  }

 private:
  static size_t Place(int64_t number) { return static_cast<size_t>(number) % kKept; }

  std::vector<UsedNumber> used_;
};

}  // namespace baton::sim
