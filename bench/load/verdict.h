// Whether a run's figures say anything about the node, or only about the bench itself.
#pragma once

#include <cstdint>
#include <string>

#include "bench/load/result.h"
#include "bench/load/scenario.h"

namespace baton::bench {

// What the bench did not manage to do.
struct BenchTrouble {
  uint64_t socket_drops = 0;  // datagrams that reached the bench and that it lost
  uint64_t failed_sends = 0;
  std::string send_failure;  // why the first of them failed
};

// Sets the verdict and its reason. `summary` has all its figures.
void JudgeValidity(const Scenario& scenario, const BenchTrouble& trouble, Summary& summary);

}  // namespace baton::bench
