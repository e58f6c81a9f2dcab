#include "net/tx_runs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/random.h"
#include "base/tx_batch.h"

namespace baton::net {
namespace {

struct NoSink : TxSink {
  void Send(const TxBatch&) override {}
};

constexpr Flow kTo{{IpAddress::V4({127, 0, 0, 1}), 9}, 0};

// The datagrams of each run of a batch with datagrams of these sizes.
std::vector<std::vector<size_t>> RunsOf(const std::vector<size_t>& sizes, size_t max_datagrams) {
  static const std::vector<uint8_t> payload(65535);
  NoSink sink;
  TxBatch batch(2 * sizes.size(), 2, sink);
  for (size_t i = 0; i < sizes.size(); ++i) {
    batch.Add(0, kTo, 1, Bytes(payload).first(sizes[i] - 1));
    // Now and then something for another destination comes between.
    if (i % 3 == 2) batch.Add(1, kTo, 1, {});
  }
  std::vector<std::vector<size_t>> runs;
  for (auto entry = batch.Begin(batch.destinations()[0]); !entry.at_end();) {
    const TxRun run = NextRun(batch, entry, max_datagrams);
    EXPECT_EQ(run.first, entry);
    std::vector<size_t>& members = runs.emplace_back();
    size_t bytes = 0;
    const TxBatch::Entry* neighbour = &batch.entry(run.first);
    bool scattered = false;
    for (auto i = run.first; i != run.next; i = batch.Next(i)) {
      members.push_back(batch.entry(i).size());
      bytes += batch.entry(i).size();
      scattered |= &batch.entry(i) != neighbour++;
    }
    EXPECT_EQ(run.scattered, scattered);
    EXPECT_EQ(run.count, members.size());
    EXPECT_EQ(run.bytes, bytes);
    EXPECT_EQ(run.segment_size, members.front());
    entry = run.next;
  }
  return runs;
}

using Runs = std::vector<std::vector<size_t>>;

TEST(TxRunsTest, OneDatagramEach) { EXPECT_EQ(RunsOf({9, 9, 9}, 1), (Runs{{9}, {9}, {9}})); }

TEST(TxRunsTest, EqualSizesShareARun) {
  EXPECT_EQ(RunsOf({9, 9, 9}, 64), (Runs{{9, 9, 9}}));
  EXPECT_EQ(RunsOf({9, 9, 9}, 2), (Runs{{9, 9}, {9}}));
}

TEST(TxRunsTest, AShorterOneClosesARun) {
  EXPECT_EQ(RunsOf({1200, 1199, 1200, 1200}, 64), (Runs{{1200, 1199}, {1200, 1200}}));
}

TEST(TxRunsTest, ALongerOneStartsARun) {
  EXPECT_EQ(RunsOf({100, 100, 101, 100}, 64), (Runs{{100, 100}, {101, 100}}));
}

TEST(TxRunsTest, AMessageHasALimit) {
  const Runs runs = RunsOf(std::vector<size_t>(60, 1200), 64);
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].size(), 54u);  // 54 * 1200 = 64800
  EXPECT_EQ(RunsOf({65507, 1}, 64), (Runs{{65507}, {1}}));
  EXPECT_EQ(RunsOf({65536, 65536}, 64), (Runs{{65536}, {65536}}));
}

// What the kernel makes of a run is what was put in; and no run could be longer.
TEST(TxRunsTest, AnyBatchIsCutAsTheKernelCuts) {
  Random random(uint64_t{1});
  constexpr std::array<size_t, 6> kSizes = {1, 2, 1199, 1200, 30000, 65507};
  for (int round = 0; round < 2000; ++round) {
    std::vector<size_t> sizes(1 + random.Below(100));
    const size_t variety = 1 + random.Below(kSizes.size());
    for (size_t& size : sizes) size = kSizes[random.Below(variety)];
    const size_t max_datagrams = 1 + random.Below(kMaxRunDatagrams);
    std::vector<size_t> delivered;
    const Runs runs = RunsOf(sizes, max_datagrams);
    for (size_t r = 0; r < runs.size(); ++r) {
      size_t bytes = 0;
      for (const size_t size : runs[r]) bytes += size;
      ASSERT_LE(bytes, kMaxRunBytes);
      ASSERT_LE(runs[r].size(), max_datagrams);
      const size_t segment = runs[r].front();
      if (r + 1 < runs.size() && runs[r].back() == segment && runs[r].size() < max_datagrams) {
        const size_t next = runs[r + 1].front();
        ASSERT_TRUE(next > segment || bytes + next > kMaxRunBytes);
      }
      for (size_t left = bytes; left > 0; left -= std::min(segment, left)) {
        delivered.push_back(std::min(segment, left));
      }
    }
    ASSERT_EQ(delivered, sizes);
  }
}

}  // namespace
}  // namespace baton::net
