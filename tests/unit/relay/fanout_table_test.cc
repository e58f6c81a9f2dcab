#include "relay/fanout_table.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "base/random.h"
#include "relay/registry.h"

namespace baton::relay {
namespace {

constexpr Limits kLimits{.rooms = 1, .endpoints = 4, .tracks = 5, .legs = 64};

class FanoutTableTest : public testing::Test {
 protected:
  uint32_t Add(Track& track) {
    const uint32_t leg = legs_.Take().index;
    legs_.At(leg).subscriber = leg + 1000;
    FanoutEntry& entry = table_.Append(track, legs_.At(leg), leg);
    entry.ssrc = rtp::Ssrc(leg * 7);
    entry.packets = leg;
    return leg;
  }
  void Remove(Track& track, uint32_t leg) {
    table_.Remove(track, legs_.At(leg), legs_);
    legs_.Release(legs_.HandleOf(leg));
  }
  std::vector<uint32_t> LegsOf(const Track& track) {
    std::vector<uint32_t> legs;
    for (uint32_t c = track.first_chunk; c != kNoIndex; c = table_.chunk(c).next) {
      const FanoutTable::Chunk& chunk = table_.chunk(c);
      const bool is_last = chunk.next == kNoIndex;
      EXPECT_TRUE(is_last ? chunk.used > 0 : chunk.used == FanoutTable::kChunkSize) << "not dense";
      for (uint32_t i = 0; i < chunk.used; ++i) {
        legs.push_back(chunk.entries[i].leg);
        const Leg& leg = legs_.At(chunk.entries[i].leg);
        EXPECT_EQ(&table_.EntryOf(leg), &chunk.entries[i]) << "a leg that does not know its place";
        EXPECT_EQ(chunk.entries[i].destination, leg.subscriber);
        EXPECT_EQ(chunk.entries[i].ssrc, rtp::Ssrc(chunk.entries[i].leg * 7));
        EXPECT_EQ(chunk.entries[i].packets, chunk.entries[i].leg);
      }
    }
    return legs;
  }

  Pool<Leg> legs_{kLimits.legs};
  FanoutTable table_{kLimits};
};

TEST_F(FanoutTableTest, WalksLegsInTheOrderInWhichTheyWereAdded) {
  Track track;
  std::vector<uint32_t> added;
  for (int i = 0; i < 20; ++i) added.push_back(Add(track));
  EXPECT_EQ(LegsOf(track), added);
  EXPECT_EQ(track.legs, 20u);
  EXPECT_EQ(table_.chunks_in_use(), 3u);
}

TEST_F(FanoutTableTest, TheLastLegTakesThePlaceOfOneThatGoes) {
  Track track;
  std::vector<uint32_t> added;
  for (int i = 0; i < 9; ++i) added.push_back(Add(track));
  Remove(track, added[2]);
  added[2] = added.back();
  added.pop_back();
  EXPECT_EQ(LegsOf(track), added);
  EXPECT_EQ(table_.chunks_in_use(), 1u);
}

TEST_F(FanoutTableTest, ForgetsTheCountersOfWhoWasThereBefore) {
  Track track;
  const uint32_t leg = Add(track);
  table_.chunk(track.first_chunk).totals[0] = {100, 200};
  Remove(track, leg);
  const uint32_t next = Add(track);
  EXPECT_EQ(table_.TotalsOf(legs_.At(next)).bytes, 0u);
  EXPECT_EQ(table_.TotalsOf(legs_.At(next)).dropped, 0u);
}

// However the legs are spread over the tracks, the chunks suffice, and all come back.
TEST_F(FanoutTableTest, AgreesWithAModel) {
  Random random(uint64_t{4});
  std::vector<Track> tracks(kLimits.tracks);
  std::vector<std::vector<uint32_t>> model(kLimits.tracks);
  for (int step = 0; step < 20'000; ++step) {
    const size_t t = random.Below(kLimits.tracks);
    // Long stretches of growing and of shrinking reach both ends.
    const bool grow = random.Below(100) < (step / 1000 % 2 == 0 ? 80u : 20u);
    if (grow && !legs_.full()) {
      model[t].push_back(Add(tracks[t]));
    } else if (!grow && !model[t].empty()) {
      const size_t at = random.Below(model[t].size());
      Remove(tracks[t], model[t][at]);
      model[t][at] = model[t].back();
      model[t].pop_back();
    }
    ASSERT_EQ(LegsOf(tracks[t]), model[t]);
    ASSERT_EQ(tracks[t].legs, model[t].size());
  }
  for (size_t t = 0; t < tracks.size(); ++t) {
    while (!model[t].empty()) {
      Remove(tracks[t], model[t].back());
      model[t].pop_back();
    }
    EXPECT_EQ(tracks[t].first_chunk, kNoIndex);
  }
  EXPECT_EQ(table_.chunks_in_use(), 0u);
}

TEST_F(FanoutTableTest, HasAChunkForTheWorstSpread) {
  std::vector<Track> tracks(kLimits.tracks);
  for (Track& track : tracks) Add(track);
  while (!legs_.full()) Add(tracks[0]);
  EXPECT_EQ(LegsOf(tracks[0]).size(), kLimits.legs - kLimits.tracks + 1);
}

}  // namespace
}  // namespace baton::relay
