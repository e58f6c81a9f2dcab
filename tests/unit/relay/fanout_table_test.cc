#include "relay/fanout_table.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "base/random.h"
#include "relay/registry.h"

namespace baton::relay {
namespace {

constexpr Limits kLimits{.rooms = 1, .endpoints = 4, .tracks = 5, .streams = 5, .legs = 64};

class FanoutTableTest : public testing::Test {
 protected:
  static FanoutEntry Entry(uint32_t leg) {
    FanoutEntry entry;
    entry.leg = leg;
    entry.ssrc = rtp::Ssrc(leg * 7);
    entry.packets = leg;
    return entry;
  }
  uint32_t Add(uint32_t stream, LegPlace Leg::*which = &Leg::current) {
    const uint32_t leg = legs_.Take().index;
    legs_.At(leg).*which = table_.Append(stream, streams_[stream], Entry(leg));
    return leg;
  }
  void Remove(uint32_t stream, uint32_t leg) {
    Leg& record = legs_.At(leg);
    LegPlace& place = record.current.stream == stream ? record.current : record.next;
    const LegPlace removed = std::exchange(place, {});
    table_.Remove(streams_[stream], removed, legs_);
    legs_.Release(legs_.HandleOf(leg));
  }
  std::vector<uint32_t> LegsOf(uint32_t stream) {
    std::vector<uint32_t> legs;
    for (uint32_t c = streams_[stream].first_chunk; c != kNoIndex; c = table_.chunk(c).next) {
      const FanoutTable::Chunk& chunk = table_.chunk(c);
      const bool is_last = chunk.next == kNoIndex;
      EXPECT_TRUE(is_last ? chunk.used > 0 : chunk.used == FanoutTable::kChunkSize) << "not dense";
      for (uint32_t i = 0; i < chunk.used; ++i) {
        legs.push_back(chunk.entries[i].leg);
        const Leg& leg = legs_.At(chunk.entries[i].leg);
        const LegPlace& place = leg.current.stream == stream ? leg.current : leg.next;
        EXPECT_EQ(&table_.At(place), &chunk.entries[i]) << "a leg that does not know its place";
        EXPECT_EQ(chunk.entries[i].ssrc, rtp::Ssrc(chunk.entries[i].leg * 7));
        EXPECT_EQ(chunk.entries[i].packets, chunk.entries[i].leg);
      }
    }
    return legs;
  }

  std::vector<Stream> streams_{kLimits.streams};
  Pool<Leg> legs_{kLimits.legs};
  FanoutTable table_{kLimits};
};

TEST_F(FanoutTableTest, WalksLegsInTheOrderInWhichTheyWereAdded) {
  std::vector<uint32_t> added;
  for (int i = 0; i < 20; ++i) added.push_back(Add(0));
  EXPECT_EQ(LegsOf(0), added);
  EXPECT_EQ(table_.chunks_in_use(), 3u);
}

TEST_F(FanoutTableTest, TheLastLegTakesThePlaceOfOneThatGoes) {
  std::vector<uint32_t> added;
  for (int i = 0; i < 9; ++i) added.push_back(Add(0));
  Remove(0, added[2]);
  added[2] = added.back();
  added.pop_back();
  EXPECT_EQ(LegsOf(0), added);
  EXPECT_EQ(table_.chunks_in_use(), 1u);
}

TEST_F(FanoutTableTest, ForgetsTheCountersOfWhoWasThereBefore) {
  const uint32_t leg = Add(0);
  table_.TotalsAt(legs_.At(leg).current) = {100, 200};
  Remove(0, leg);
  const uint32_t next = Add(0);
  EXPECT_EQ(table_.TotalsAt(legs_.At(next).current).bytes, 0u);
  EXPECT_EQ(table_.TotalsAt(legs_.At(next).current).dropped, 0u);
}

TEST_F(FanoutTableTest, ALegThatMovesMayBeWaitingThere) {
  const uint32_t first = Add(0);
  const uint32_t waiting = Add(0, &Leg::next);
  legs_.At(waiting).current = table_.Append(1, streams_[1], Entry(waiting));
  Remove(0, first);
  EXPECT_EQ(legs_.At(waiting).next.slot, 0u);
  EXPECT_EQ(LegsOf(0), std::vector{waiting});
  EXPECT_EQ(LegsOf(1), std::vector{waiting});
}

// However the legs are spread over the streams, the chunks suffice, and all come back.
TEST_F(FanoutTableTest, AgreesWithAModel) {
  Random random(uint64_t{4});
  std::vector<std::vector<uint32_t>> model(kLimits.streams);
  for (int step = 0; step < 20'000; ++step) {
    const auto t = static_cast<uint32_t>(random.Below(kLimits.streams));
    // Long stretches of growing and of shrinking reach both ends.
    const bool grow = random.Below(100) < (step / 1000 % 2 == 0 ? 80u : 20u);
    if (grow && !legs_.full()) {
      model[t].push_back(Add(t));
    } else if (!grow && !model[t].empty()) {
      const size_t at = random.Below(model[t].size());
      Remove(t, model[t][at]);
      model[t][at] = model[t].back();
      model[t].pop_back();
    }
    ASSERT_EQ(LegsOf(t), model[t]);
  }
  for (uint32_t t = 0; t < kLimits.streams; ++t) {
    while (!model[t].empty()) {
      Remove(t, model[t].back());
      model[t].pop_back();
    }
    EXPECT_EQ(streams_[t].first_chunk, kNoIndex);
  }
  EXPECT_EQ(table_.chunks_in_use(), 0u);
}

TEST_F(FanoutTableTest, HasAChunkForTheWorstSpread) {
  for (uint32_t stream = 0; stream < kLimits.streams; ++stream) Add(stream);
  while (!legs_.full()) Add(0);
  EXPECT_EQ(LegsOf(0).size(), kLimits.legs - kLimits.streams + 1);
}

}  // namespace
}  // namespace baton::relay
