#include "record/interleaver.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace baton::record {
namespace {

using std::chrono::milliseconds;
using Turn = std::pair<size_t, Duration>;

constexpr Duration kMaxHold = milliseconds(1000);
constexpr size_t kMaxBytes = 100;

class InterleaverTest : public testing::Test {
 protected:
  void Add(size_t stream, int time_ms, size_t size = 1) {
    interleaver_.Add({stream, std::vector<uint8_t>(size), milliseconds(time_ms), {}, true});
  }
  std::vector<Turn> Ready() {
    std::vector<Turn> turns;
    while (const auto frame = interleaver_.Next()) turns.emplace_back(frame->stream, frame->time);
    return turns;
  }
  static std::vector<Turn> Turns(std::initializer_list<std::pair<size_t, int>> turns) {
    std::vector<Turn> result;
    for (const auto& [stream, time_ms] : turns) result.emplace_back(stream, milliseconds(time_ms));
    return result;
  }

  Interleaver interleaver_{2, kMaxHold, kMaxBytes};
};

TEST_F(InterleaverTest, WaitsUntilTheOtherHasComeAsFar) {
  Add(0, 0);
  Add(0, 20);
  EXPECT_TRUE(Ready().empty());
  Add(1, 10);
  EXPECT_EQ(Ready(), Turns({{0, 0}, {1, 10}}));
  Add(1, 20);
  EXPECT_EQ(Ready(), Turns({{0, 20}, {1, 20}}));
}

TEST_F(InterleaverTest, WaitsNoLongerThanItMay) {
  Add(0, 0);
  Add(0, 999);
  EXPECT_TRUE(Ready().empty());
  Add(0, 1000);
  EXPECT_EQ(Ready(), Turns({{0, 0}}));
}

TEST_F(InterleaverTest, APromiseIsAsGoodAsAFrame) {
  Add(0, 50);
  interleaver_.AdvanceTo(1, milliseconds(49));
  EXPECT_TRUE(Ready().empty());
  interleaver_.AdvanceTo(1, milliseconds(50));
  EXPECT_EQ(Ready(), Turns({{0, 50}}));
}

TEST_F(InterleaverTest, HoldsNoMoreBytesThanItMay) {
  Add(0, 0, kMaxBytes);
  EXPECT_TRUE(Ready().empty());
  Add(0, 1);
  EXPECT_EQ(Ready(), Turns({{0, 0}}));
  EXPECT_EQ(interleaver_.held_bytes(), 1U);
}

TEST_F(InterleaverTest, KeepsTheDecodingOrderOfAStream) {
  Add(0, 200);
  Add(0, 100);
  Add(0, 300);
  Add(1, 150);
  Add(1, 400);
  EXPECT_EQ(Ready(), Turns({{1, 150}, {0, 200}, {0, 100}, {0, 300}}));
}

TEST_F(InterleaverTest, GivesAllAtTheEndInOrder) {
  Add(0, 30);
  Add(0, 40);
  Add(1, 20);
  EXPECT_EQ(Ready(), Turns({{1, 20}}));
  std::vector<Turn> rest;
  while (const auto frame = interleaver_.NextOfAll()) rest.emplace_back(frame->stream, frame->time);
  EXPECT_EQ(rest, Turns({{0, 30}, {0, 40}}));
}

TEST(Interleaver, OneStreamNeverWaits) {
  Interleaver interleaver(1, kMaxHold, kMaxBytes);
  interleaver.Add({0, {}, milliseconds(5), {}, true});
  EXPECT_TRUE(interleaver.Next().has_value());
}

}  // namespace
}  // namespace baton::record
