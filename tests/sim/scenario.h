// What a run is like: how many of everything, what is wrong with networks and kernels, and when.
// All of it is drawn from the seed.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "base/time_point.h"
#include "tests/sim/features.h"
#include "tests/sim/network/link.h"
#include "tests/sim/node/node.h"

namespace baton::sim {

struct Scenario {
  uint64_t seed = 0;
  Features features;

  // A run begins, has faults and changes until `calm`, is left alone until `end`, when everybody
  // has to be well, and is taken down.
  TimePoint calm;
  TimePoint end;

  std::vector<NodeConfig> nodes;
  uint32_t rooms = 1;  // at once
  uint32_t endpoints_per_room = 3;
  Duration change_interval{};    // between two changes by a controller, on average
  uint32_t ice_per_million = 0;  // of the endpoints
  uint32_t ipv6_per_million = 0;

  // How bad links may be: each draws its own.
  double loss_max = 0;
  double burst_loss_max = 0;
  double duplicate_max = 0;
  double reorder_max = 0;
  double corrupt = 0;
  Duration delay_max = std::chrono::milliseconds(20);
  Duration jitter_max{};
  uint32_t clogs_per_million = 0;  // links that clog
  uint32_t slow_per_million = 0;   // links with little room
  Duration move_interval{};        // between two changes of somebody's address; zero: never
  Duration restart_interval{};     // between two restarts of somebody's program; zero: never
  Duration attack_interval{};      // between two datagrams of a stranger; zero: never
};

struct ScenarioOptions {
  Duration length = std::chrono::seconds(30);  // until `end`
  std::optional<net::IoBackend> backend;       // of all nodes; none: drawn
  // Without: kernels that have room for everything and no faults, and one socket for each node.
  // Then both back ends do exactly the same.
  bool kernel_faults = true;
};

Scenario DrawScenario(uint64_t seed, const ScenarioOptions& options);

// One direction of somebody's path.
LinkConfig DrawLink(const Scenario& scenario, Random& random);

}  // namespace baton::sim
