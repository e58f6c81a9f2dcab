// Whole runs: what makes the simulator worth anything is that a seed is the same run every time,
// wherever it runs.
#include "tests/sim/simulation.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <set>

#include "tests/sim/engine/trace.h"
#include "tests/sim/scenario.h"

namespace baton::sim {
namespace {

ScenarioOptions Short() {
  ScenarioOptions options;
  options.length = std::chrono::seconds(12);
  return options;
}

RunResult RunSeed(uint64_t seed, const ScenarioOptions& options) {
  Trace trace;
  return Simulation(DrawScenario(seed, options), trace).Run();
}

class SeedTest : public testing::TestWithParam<uint64_t> {};

INSTANTIATE_TEST_SUITE_P(Seeds, SeedTest, testing::Range(uint64_t{1}, uint64_t{5}));

TEST_P(SeedTest, BreaksNoInvariant) {
  const RunResult result = RunSeed(GetParam(), Short());
  EXPECT_FALSE(result.violation) << result.violation->what << "; again: tools/sim --seed "
                                 << GetParam() << " --seconds 12";
  EXPECT_GT(result.datagrams_in, 100u);
  EXPECT_GT(result.datagrams_out, 100u);
  EXPECT_GT(result.commands, 3u);
}

TEST_P(SeedTest, IsTheSameRunEveryTime) {
  const RunResult first = RunSeed(GetParam(), Short());
  const RunResult second = RunSeed(GetParam(), Short());
  EXPECT_EQ(first.hash, second.hash);
  EXPECT_EQ(first.datagrams_out, second.datagrams_out);
}

TEST_P(SeedTest, IsTheSameRunOverBothBackEnds) {
  ScenarioOptions options = Short();
  options.kernel_faults = false;
  options.backend = net::IoBackend::kUring;
  const RunResult uring = RunSeed(GetParam(), options);
  options.backend = net::IoBackend::kEpoll;
  const RunResult epoll = RunSeed(GetParam(), options);
  EXPECT_EQ(uring.hash, epoll.hash) << "a node has sent something else, or in another order";
  EXPECT_EQ(uring.datagrams_out, epoll.datagrams_out);
}

TEST(Simulation, SeedsDiffer) {
  std::set<uint64_t> hashes;
  for (uint64_t seed = 1; seed <= 3; ++seed) hashes.insert(RunSeed(seed, Short()).hash);
  EXPECT_EQ(hashes.size(), 3u);
}

TEST(Simulation, TellingAStoryChangesNothing) {
  std::FILE* const out = std::tmpfile();
  ASSERT_NE(out, nullptr);
  Trace::Subject everything;
  everything.everything = true;
  Trace trace(everything, out);
  const RunResult told = Simulation(DrawScenario(1, Short()), trace).Run();
  EXPECT_GT(std::ftell(out), 1000);
  std::fclose(out);
  EXPECT_EQ(told.hash, RunSeed(1, Short()).hash);
}

}  // namespace
}  // namespace baton::sim
