// One direction of the path between a peer and the nodes: the impairments of bench/impair, and
// times at which it is clogged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time_point.h"
#include "bench/impair/impairment.h"

namespace baton::sim {

// Nothing arrives between two points of time. What would have is lost, or comes all at once when
// the clog is released.
struct Clog {
  TimePoint from;
  TimePoint until;
  bool releases = false;
};

struct LinkConfig {
  impair::Profile profile;
  std::vector<Clog> clogs;  // that do not overlap, in order
  // From here on the path has its delay and no fault any more.
  TimePoint heals = kNever;
};

class Link {
 public:
  Link(const LinkConfig& config, uint64_t seed)
      : config_(config), impairment_(config.profile, seed) {}

  // A datagram of `size` bytes enters.
  impair::Passage Pass(TimePoint now, size_t size);

 private:
  void Heal();

  LinkConfig config_;
  impair::Impairment impairment_;
  bool healed_ = false;
};

}  // namespace baton::sim
