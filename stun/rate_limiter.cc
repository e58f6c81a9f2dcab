#include "stun/rate_limiter.h"

#include <algorithm>
#include <bit>

#include "base/bytes.h"
#include "base/hash.h"

namespace baton::stun {
namespace {

size_t SetsFor(const RateLimiter::Options& options, size_t ways) {
  constexpr uint32_t kMaxCells = uint32_t{1} << 30;
  return std::bit_ceil(std::clamp<size_t>(options.prefixes, ways, kMaxCells)) / ways;
}

}  // namespace

RateLimiter::RateLimiter(const Options& options)
    : options_(options), sets_(SetsFor(options, kWays)) {
  const uint32_t rate = std::clamp(options.requests_per_second, 1u, 1'000'000u);
  options_.v4_prefix_bits = std::clamp<uint8_t>(options.v4_prefix_bits, 1, 32);
  options_.v6_prefix_bits = std::clamp<uint8_t>(options.v6_prefix_bits, 1, 64);
  interval_ = std::chrono::nanoseconds(std::chrono::seconds(1)) / rate;
  tolerance_ = interval_ * (std::max(options.burst, 1u) - 1);
}

size_t RateLimiter::BytesFor(const Options& options) {
  return SetsFor(options, kWays) * sizeof(Set);
}

bool RateLimiter::Allow(TimePoint now, const IpAddress& source) {
  Cell& cell = CellOf(now, KeyOf(source));
  const TimePoint full_at = std::max(cell.full_at, now);
  if (full_at - now > tolerance_) return false;
  cell.full_at = full_at + interval_;
  return true;
}

// Two prefixes with one key would share a bucket; with 64 bits and a seed nobody arranges that.
uint64_t RateLimiter::KeyOf(const IpAddress& source) const {
  const int bits = source.is_v4() ? options_.v4_prefix_bits : options_.v6_prefix_bits;
  const uint64_t prefix = LoadU64(source.bytes().data()) & ~uint64_t{0} << (64 - bits);
  return MixHash(prefix ^ options_.hash_seed,
                 static_cast<uint64_t>(source.family()) + ~options_.hash_seed);
}

// The cell of `key`, if need be the one nearest to full made over to it.
RateLimiter::Cell& RateLimiter::CellOf(TimePoint now, uint64_t key) {
  Set& set = sets_[key & (sets_.size() - 1)];
  for (Cell& cell : set) {
    if (cell.key == key) return cell;
  }
  Cell& victim = *std::min_element(
      set.begin(), set.end(), [](const Cell& a, const Cell& b) { return a.full_at < b.full_at; });
  victim = {key, now};
  return victim;
}

}  // namespace baton::stun
