// The search for the greatest load that holds. Pure: what a load does is the caller's to find out.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "absl/status/statusor.h"

namespace baton::bench {

enum class Outcome : uint8_t {
  kHolds,
  kFails,    // the node did not keep to the limits
  kInvalid,  // the bench could not make this load
};

struct SearchOptions {
  uint64_t first = 1;       // where to begin, at least 1
  uint64_t greatest = 1;    // never try more, at least `first`
  double precision = 0.05;  // stop when the bounds are this near to each other, as a share
};

struct Maximum {
  uint64_t holds = 0;              // the greatest that held; 0: not even 1 did
  std::optional<uint64_t> beyond;  // the smallest that did not, if one did not
  bool limited_by_bench = false;   // and that was kInvalid
};

// Doubles from `first` until a load does not hold (or halves, until one does), then bisects. Loads
// that hold are below those that do not: if that is not so, it is one of the borders that is found.
// An error of `attempt` ends the search.
absl::StatusOr<Maximum> FindMaximum(
    const SearchOptions& options, const std::function<absl::StatusOr<Outcome>(uint64_t)>& attempt);

}  // namespace baton::bench
