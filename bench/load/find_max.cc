#include "bench/load/find_max.h"

#include <algorithm>

namespace baton::bench {
namespace {

// The load to try next; 0 if the bounds are near enough.
uint64_t NextLoad(const SearchOptions& options, const Maximum& bounds) {
  if (!bounds.beyond) {
    return bounds.holds >= options.greatest
               ? 0
               : std::min(options.greatest, bounds.holds == 0 ? options.first : bounds.holds * 2);
  }
  const uint64_t high = *bounds.beyond;
  const uint64_t gap = high - bounds.holds;
  const bool near = static_cast<double>(gap) <= options.precision * static_cast<double>(high);
  if (gap <= 1 || (bounds.holds > 0 && near)) return 0;
  return bounds.holds + gap / 2;
}

}  // namespace

absl::StatusOr<Maximum> FindMaximum(
    const SearchOptions& options, const std::function<absl::StatusOr<Outcome>(uint64_t)>& attempt) {
  Maximum bounds;
  while (const uint64_t load = NextLoad(options, bounds)) {
    const absl::StatusOr<Outcome> outcome = attempt(load);
    if (!outcome.ok()) return outcome.status();
    if (*outcome == Outcome::kHolds) {
      bounds.holds = load;
    } else {
      bounds.beyond = load;
      bounds.limited_by_bench = *outcome == Outcome::kInvalid;
    }
  }
  return bounds;
}

}  // namespace baton::bench
