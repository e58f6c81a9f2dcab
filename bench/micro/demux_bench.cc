// Demultiplexing: from a datagram's flow to its endpoint, for tables that fit into the first cache,
// into the second, and into none.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "base/address.h"
#include "base/datagram.h"
#include "relay/flow_table.h"

namespace baton::relay {
namespace {

constexpr size_t kLookups = 1 << 16;

Flow FlowNumber(uint32_t i) {
  const auto byte = [i](int shift) { return static_cast<uint8_t>(i >> shift); };
  return {{IpAddress::V4({10, byte(16), byte(8), byte(0)}), static_cast<uint16_t>(40000 + i % 97)},
          0};
}

// Flows in the random order in which packets of many senders come.
std::vector<Flow> RandomFlows(uint32_t flows) {
  std::mt19937 random(1);
  std::uniform_int_distribution<uint32_t> any(0, flows - 1);
  std::vector<Flow> result;
  for (size_t i = 0; i < kLookups; ++i) result.push_back(FlowNumber(any(random)));
  return result;
}

// Floor: a hash of eighteen bytes, and BM_DemuxCacheMiss twice, for a cell of the index and the
// flow that it stands for; less where the CPU overlaps the look-ups of several datagrams, as it
// does here.
void BM_Demux(benchmark::State& state) {
  const auto flows = static_cast<uint32_t>(state.range(0));
  FlowTable table(flows, 12345);
  for (uint32_t i = 0; i < flows; ++i) table.Insert(FlowNumber(i), i, 0);
  const std::vector<Flow> lookups = RandomFlows(flows);
  size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(table.Find(lookups[i]));
    i = (i + 1) % kLookups;
  }
}
BENCHMARK(BM_Demux)->ArgName("flows")->Arg(10)->Arg(1'000)->Arg(100'000);

// A flow that is nobody's: what a stray datagram costs.
void BM_DemuxMiss(benchmark::State& state) {
  const auto flows = static_cast<uint32_t>(state.range(0));
  FlowTable table(flows, 12345);
  for (uint32_t i = 0; i < flows; ++i) table.Insert(FlowNumber(i), i, 0);
  std::vector<Flow> lookups = RandomFlows(flows);
  for (Flow& flow : lookups) flow.remote.port = 9;
  size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(table.Find(lookups[i]));
    i = (i + 1) % kLookups;
  }
}
BENCHMARK(BM_DemuxMiss)->ArgName("flows")->Arg(10)->Arg(1'000)->Arg(100'000);

// One load from a random place among as many flows, which says where the next one is: loads that
// depend on each other, as a look-up's second does on its first.
void BM_DemuxCacheMiss(benchmark::State& state) {
  struct Cell {
    Flow flow;
    uint32_t next;
  };
  const auto flows = static_cast<uint32_t>(state.range(0));
  std::vector<uint32_t> order(flows);
  std::iota(order.begin(), order.end(), uint32_t{0});
  std::shuffle(order.begin(), order.end(), std::mt19937(1));
  std::vector<Cell> table(flows);
  for (uint32_t i = 0; i < flows; ++i) table[order[i]].next = order[(i + 1) % flows];
  uint32_t at = 0;
  for (auto _ : state) benchmark::DoNotOptimize(at = table[at].next);
}
BENCHMARK(BM_DemuxCacheMiss)->ArgName("flows")->Arg(10)->Arg(1'000)->Arg(100'000);

}  // namespace
}  // namespace baton::relay
