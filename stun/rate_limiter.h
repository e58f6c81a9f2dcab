// How many requests a source prefix may make: a token bucket for each, in a table of fixed size.
//
// A bucket is one instant, the time at which it will be full again (the generic cell rate
// algorithm), and a bucket that is full holds no information, so its cell is free. Cells are in
// sets of eight; a source's set follows from a seeded hash. A source that finds its set full takes
// the cell that is nearest to being full: what is forgotten is the smallest debt. So
// - no crowd of sources can make the table refuse a source that keeps to its rate, and
// - a source that has used up its burst is remembered unless eight others in its set owe more;
//   sources that send one request each only displace each other.
//
// Owned by one thread. Nothing allocates after construction.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/address.h"
#include "base/time_point.h"

namespace baton::stun {

class RateLimiter {
 public:
  struct Options {
    uint32_t requests_per_second = 20;  // for each prefix, 1..1'000'000
    uint32_t burst = 40;                // requests at once after a pause, >= 1
    uint32_t prefixes = 65536;          // cells; rounded up to a power of two, at least 8
    // One subscriber is one IPv4 address, behind which there may be many people, or one IPv6 /64.
    uint8_t v4_prefix_bits = 32;  // 1..32
    uint8_t v6_prefix_bits = 64;  // 1..64
    uint64_t hash_seed = 0;
  };

  // Values outside of their ranges are moved into them.
  explicit RateLimiter(const Options& options);

  // Takes a token from the bucket of `source`; false if there was none. `now` may stand still, and
  // going back does no harm.
  bool Allow(TimePoint now, const IpAddress& source);

  static size_t BytesFor(const Options& options);

 private:
  struct Cell {
    uint64_t key = 0;
    TimePoint full_at = TimePoint::min();  // the bucket is full from here on
  };
  static constexpr size_t kWays = 8;
  using Set = std::array<Cell, kWays>;

  uint64_t KeyOf(const IpAddress& source) const;
  Cell& CellOf(TimePoint now, uint64_t key);

  Options options_;
  Duration interval_;  // between requests at the allowed rate
  Duration tolerance_;
  std::vector<Set> sets_;
};

}  // namespace baton::stun
