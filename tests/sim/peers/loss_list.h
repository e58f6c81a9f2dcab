// The sequence numbers that a receiver lacks, and when to ask for each of them again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time_point.h"

namespace baton::sim {

class LossList {
 public:
  struct Config {
    Duration first_wait{};      // what is merely late should not be asked for
    Duration retry_interval{};  // about a round trip
    uint32_t tries = 10;
  };

  explicit LossList(const Config& config) : config_(config) {}

  // A packet has come, with an unwrapped number. False if so much is missing before it that there
  // is no point in asking.
  bool Arrived(TimePoint now, int64_t sequence);
  // Nobody needs what is older.
  void ForgetBefore(int64_t sequence);

  // The numbers to ask for by now, in order.
  std::vector<uint16_t> TakeDue(TimePoint now);
  // When there is something to ask for; kNever.
  TimePoint next() const;

 private:
  static constexpr size_t kMaxMissing = 300;

  struct Missing {
    int64_t sequence;
    TimePoint next;
    uint32_t tries;
  };

  Config config_;
  std::vector<Missing> missing_;  // in order
  int64_t highest_ = -1;
};

}  // namespace baton::sim
