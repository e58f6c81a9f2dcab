#include "relay/packet_history.h"

#include <gtest/gtest.h>

#include <cstring>

#include "tests/unit/relay/test_packet.h"

namespace baton::relay {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using test::AreEqual;
using test::kStart;
using test::TestPacket;

constexpr Duration kMaxAge = std::chrono::seconds(1);
constexpr size_t kBlock = PacketHistory::kBlockSize;
constexpr uint64_t kWindow = PacketHistory::kWindow;
// The most bytes after the fixed header with which a packet fits into a block.
constexpr size_t kLargest = kBlock - sizeof(MediaPacket);

class HistoryTest : public testing::Test {
 protected:
  static constexpr uint32_t kStreams = 100;
  static constexpr size_t kBlocks = 64;

  bool Store(uint32_t stream, uint64_t sequence, size_t size = 1000, TimePoint received = kStart) {
    const TestPacket packet(sequence, size, received);
    const uint64_t kept = history_.packets_kept();
    const uint64_t refused = history_.packets_refused();
    history_.Store(stream, packet.view());
    EXPECT_EQ(history_.packets_kept() + history_.packets_refused(), kept + refused + 1);
    return history_.packets_kept() > kept;
  }
  // Takes a block whole.
  bool StoreBlock(uint32_t stream, uint64_t sequence, TimePoint received = kStart) {
    return Store(stream, sequence, kLargest, received);
  }
  bool Finds(uint32_t stream, uint64_t sequence, TimePoint now = kStart) {
    const auto found = history_.Find(stream, rtp::ExtendedSequence(sequence), now);
    return found && found->sequence.value() == sequence;
  }
  // Whether the stream has this packet with the bytes that Store() gave it.
  bool FindsWhole(uint32_t stream, uint64_t sequence, size_t size = 1000) {
    const auto found = history_.Find(stream, rtp::ExtendedSequence(sequence), kStart);
    return found && AreEqual(*found, TestPacket(sequence, size).view());
  }

  PacketHistory history_{kStreams, kBlocks* kBlock, kMaxAge};
};

TEST_F(HistoryTest, FindsWhatItKeeps) {
  for (uint64_t i = 0; i < 40; ++i) ASSERT_TRUE(Store(3, 70'000 + i, i * 37));
  for (uint64_t i = 0; i < 40; ++i) EXPECT_TRUE(FindsWhole(3, 70'000 + i, i * 37)) << i;
  EXPECT_FALSE(Finds(3, 69'999));
  EXPECT_FALSE(Finds(3, 70'040));
  EXPECT_FALSE(Finds(3, 70'000 + kWindow));
  EXPECT_FALSE(Finds(2, 70'000)) << "another stream's";
  EXPECT_EQ(history_.packets_kept(), 40u);
  EXPECT_EQ(history_.packets_refused(), 0u);
}

TEST_F(HistoryTest, ANewOneKnowsNoNumber) {
  for (const uint64_t sequence : {uint64_t{0}, kWindow, uint64_t{65'536}}) {
    EXPECT_FALSE(Finds(0, sequence, TimePoint{}));
  }
  history_.Forget(0);
  history_.ReleaseOld(kStart);
  history_.BeginBatch();
  EXPECT_EQ(history_.blocks_in_use(), 0u);
  EXPECT_EQ(history_.blocks(), kBlocks);
}

TEST_F(HistoryTest, NumbersGoOnAcrossEveryWrap) {
  for (const uint64_t wrap : {uint64_t{1} << 16, uint64_t{1} << 17, uint64_t{1} << 32}) {
    history_.BeginBatch();
    for (uint64_t sequence = wrap - 30; sequence < wrap + 30; ++sequence) {
      ASSERT_TRUE(Store(1, sequence));
    }
    for (uint64_t sequence = wrap - 30; sequence < wrap + 30; ++sequence) {
      EXPECT_TRUE(FindsWhole(1, sequence)) << sequence;
      EXPECT_FALSE(Finds(1, sequence ^ uint64_t{1} << 16));
      EXPECT_FALSE(Finds(1, sequence ^ uint64_t{1} << 32));
    }
  }
}

TEST_F(HistoryTest, AgeIsExactWheneverOldOnesAreReleased) {
  Store(0, 70'000);
  EXPECT_TRUE(Finds(0, 70'000, kStart + kMaxAge));
  EXPECT_FALSE(Finds(0, 70'000, kStart + kMaxAge + nanoseconds(1)));
  history_.BeginBatch();
  history_.ReleaseOld(kStart + kMaxAge);
  EXPECT_TRUE(Finds(0, 70'000, kStart + kMaxAge));
  EXPECT_TRUE(Finds(0, 70'000, kStart - milliseconds(5)))
      << "received after the batch's clock read";
}

TEST_F(HistoryTest, ReleasesABlockWhenItsNewestIsTooOld) {
  Store(0, 70'000, 1000, kStart);
  Store(0, 70'001, 1000, kStart + milliseconds(10));
  Store(0, 69'999, 1000, kStart + milliseconds(9));
  StoreBlock(1, 70'000, kStart);
  StoreBlock(1, 70'001, kStart + milliseconds(5));
  ASSERT_EQ(history_.blocks_in_use(), 3u);
  history_.ReleaseOld(kStart + kMaxAge);
  EXPECT_EQ(history_.blocks_in_use(), 3u);
  history_.ReleaseOld(kStart + kMaxAge + nanoseconds(1));
  EXPECT_EQ(history_.blocks_in_use(), 2u);
  history_.ReleaseOld(kStart + kMaxAge + milliseconds(10));
  EXPECT_EQ(history_.blocks_in_use(), 1u);
  EXPECT_TRUE(Finds(0, 70'001, kStart + kMaxAge + milliseconds(10)));
  history_.BeginBatch();
  history_.ReleaseOld(kStart + kMaxAge + milliseconds(10) + nanoseconds(1));
  EXPECT_EQ(history_.blocks_in_use(), 0u);
  EXPECT_TRUE(Store(0, 70'002)) << "and goes on";
  EXPECT_TRUE(FindsWhole(0, 70'002));
}

TEST_F(HistoryTest, ABlocksAgeIsThatOfItsPackets) {
  Store(0, 70'000, 1000, kStart + milliseconds(500));
  history_.Forget(0);
  Store(1, 70'000, 1000, kStart);
  history_.ReleaseOld(kStart + kMaxAge + nanoseconds(1));
  EXPECT_EQ(history_.blocks_in_use(), 0u);
}

TEST_F(HistoryTest, APacketTakesThePlaceOfTheOneAWindowBefore) {
  for (uint64_t i = 0; i < kWindow; ++i) ASSERT_TRUE(Store(0, 70'000 + i, 10));
  for (uint64_t i = 0; i < kWindow; ++i) ASSERT_TRUE(FindsWhole(0, 70'000 + i, 10)) << i;
  Store(0, 70'000 + kWindow, 10);
  EXPECT_FALSE(Finds(0, 70'000));
  EXPECT_TRUE(Finds(0, 70'001));
  EXPECT_TRUE(Finds(0, 70'000 + kWindow));
}

TEST_F(HistoryTest, KeepsLatePacketsThatAreLessThanAWindowBehind) {
  Store(0, 80'000, 10);
  EXPECT_FALSE(Store(0, 80'000 - kWindow, 10));
  EXPECT_TRUE(Store(0, 80'000 - kWindow + 1, 10));
  EXPECT_TRUE(FindsWhole(0, 80'000, 10));
  EXPECT_TRUE(FindsWhole(0, 80'000 - kWindow + 1, 10));
  EXPECT_FALSE(Store(0, 80'000 - kWindow, 10)) << "the newest is still the newest";
  EXPECT_FALSE(Finds(0, 80'000 - kWindow));
  EXPECT_EQ(history_.packets_refused(), 2u);
}

TEST_F(HistoryTest, APacketIsAsLargeAsABlockAtMost) {
  EXPECT_TRUE(Store(0, 70'000, kLargest));
  EXPECT_TRUE(FindsWhole(0, 70'000, kLargest));
  EXPECT_FALSE(Store(0, 70'001, kLargest + 1));
  EXPECT_EQ(history_.blocks_in_use(), 1u);
  EXPECT_TRUE(Store(0, 70'002, 0));
  EXPECT_TRUE(FindsWhole(0, 70'000, kLargest));
  EXPECT_TRUE(FindsWhole(0, 70'002, 0));
  EXPECT_EQ(history_.blocks_in_use(), 2u);
}

TEST_F(HistoryTest, BlocksAreFilledToTheLastByte) {
  const size_t half = kBlock / 2 - sizeof(MediaPacket);
  ASSERT_TRUE(Store(0, 70'000, half));
  ASSERT_TRUE(Store(1, 70'000, half));
  EXPECT_TRUE(Store(0, 70'001, half));
  EXPECT_EQ(history_.blocks_in_use(), 2u) << "just fits";
  EXPECT_TRUE(Store(1, 70'001, half + 1));
  EXPECT_EQ(history_.blocks_in_use(), 3u) << "just does not";
  for (const uint32_t stream : {0u, 1u}) {
    EXPECT_TRUE(FindsWhole(stream, 70'000, half));
    EXPECT_TRUE(FindsWhole(stream, 70'001, half + stream));
  }
}

TEST_F(HistoryTest, AStreamHoldsAnEighthOfTheArena) {
  for (uint64_t i = 0; i < 20; ++i) ASSERT_TRUE(StoreBlock(0, 70'000 + i));
  EXPECT_EQ(history_.blocks_in_use(), kBlocks / 8);
  EXPECT_EQ(history_.blocks_recycled(), 20 - kBlocks / 8);
  for (uint64_t i = 0; i < 20; ++i) EXPECT_EQ(Finds(0, 70'000 + i), i >= 20 - kBlocks / 8) << i;
}

TEST_F(HistoryTest, OfASmallArenaAStreamMayHoldAFewBlocks) {
  PacketHistory small(2, 6 * kBlock + kBlock - 1, kMaxAge);
  EXPECT_EQ(small.blocks(), 6u);
  for (uint64_t i = 0; i < 10; ++i) small.Store(0, TestPacket(70'000 + i, kLargest).view());
  EXPECT_EQ(small.blocks_in_use(), PacketHistory::kFewBlocks);
  EXPECT_EQ(small.packets_kept(), 10u);
}

TEST_F(HistoryTest, TheLastFreeBlocksAreForStreamsWithFew) {
  // Ten streams that would take all they can get.
  for (uint64_t i = 0; i < 20; ++i) {
    for (uint32_t stream = 0; stream < 10; ++stream) {
      ASSERT_TRUE(StoreBlock(stream, 70'000 + i));
    }
  }
  EXPECT_EQ(history_.blocks_in_use(), kBlocks - kBlocks / 8);
  // A small one has its few, undisturbed.
  for (uint64_t i = 0; i < 20; ++i) {
    ASSERT_TRUE(StoreBlock(50, 70'000 + i));
    ASSERT_TRUE(StoreBlock(0, 70'020 + i));
  }
  for (uint64_t i = 0; i < 20; ++i) {
    EXPECT_EQ(Finds(50, 70'000 + i), i >= 20 - PacketHistory::kFewBlocks);
  }
  EXPECT_EQ(history_.packets_refused(), 0u);
}

TEST_F(HistoryTest, WhenNothingIsFreeAStreamGoesOnWithItsOwn) {
  for (uint32_t stream = 0; stream < kBlocks; ++stream) ASSERT_TRUE(StoreBlock(stream, 70'000));
  EXPECT_EQ(history_.blocks_in_use(), kBlocks);
  EXPECT_FALSE(StoreBlock(kBlocks, 70'000)) << "has none";
  EXPECT_EQ(history_.packets_refused(), 1u);
  EXPECT_TRUE(StoreBlock(0, 70'001));
  EXPECT_FALSE(Finds(0, 70'000));
  EXPECT_TRUE(FindsWhole(0, 70'001, kLargest));
  EXPECT_TRUE(FindsWhole(1, 70'000, kLargest));
  history_.Forget(2);
  EXPECT_TRUE(StoreBlock(kBlocks, 70'001));
  EXPECT_FALSE(Finds(2, 70'000));
  EXPECT_FALSE(Finds(kBlocks, 70'000));
}

TEST_F(HistoryTest, WhatWasLentIsNotRecycledInTheSameBatch) {
  for (uint64_t i = 0; i < 8; ++i) ASSERT_TRUE(StoreBlock(0, 70'000 + i));
  const auto lent = history_.Find(0, rtp::ExtendedSequence(70'000), kStart);
  ASSERT_TRUE(lent);
  EXPECT_FALSE(StoreBlock(0, 70'008)) << "would need the block that was lent";
  EXPECT_FALSE(StoreBlock(0, 70'009));
  EXPECT_TRUE(AreEqual(*lent, TestPacket(70'000, kLargest).view()));
  EXPECT_TRUE(Finds(0, 70'001)) << "nothing was given up in vain";
  history_.BeginBatch();
  EXPECT_TRUE(StoreBlock(0, 70'010));
  EXPECT_FALSE(Finds(0, 70'000));
  EXPECT_EQ(history_.packets_refused(), 2u);
}

TEST_F(HistoryTest, WhatWasLentLastsThoughItIsForgotten) {
  for (uint32_t stream = 0; stream < kBlocks; ++stream) ASSERT_TRUE(StoreBlock(stream, 70'000));
  const auto forgotten = history_.Find(0, rtp::ExtendedSequence(70'000), kStart);
  const auto old = history_.Find(1, rtp::ExtendedSequence(70'000), kStart);
  ASSERT_TRUE(forgotten && old);
  history_.Forget(0);
  history_.ReleaseOld(kStart + kMaxAge + nanoseconds(1));
  EXPECT_FALSE(Finds(0, 70'000));
  EXPECT_EQ(history_.blocks_in_use(), 2u) << "they wait";
  uint64_t sequence = 70'001;
  for (uint32_t stream = 0; stream < kBlocks - 2; ++stream) {
    ASSERT_TRUE(StoreBlock(stream, sequence));
  }
  EXPECT_FALSE(StoreBlock(kBlocks, 1));
  EXPECT_TRUE(AreEqual(*forgotten, TestPacket(70'000, kLargest).view()));
  EXPECT_TRUE(AreEqual(*old, TestPacket(70'000, kLargest).view()));
  history_.BeginBatch();
  EXPECT_EQ(history_.blocks_in_use(), kBlocks - 2);
  EXPECT_TRUE(StoreBlock(kBlocks, 70'000));
  EXPECT_TRUE(StoreBlock(kBlocks + 1, 70'000));
  EXPECT_FALSE(StoreBlock(kBlocks + 2, 70'000));
}

TEST_F(HistoryTest, WhatWasLentInAnEarlierBatchIsFreeAtOnce) {
  ASSERT_TRUE(StoreBlock(0, 70'000));
  ASSERT_TRUE(Finds(0, 70'000));
  history_.BeginBatch();
  history_.Forget(0);
  EXPECT_EQ(history_.blocks_in_use(), 0u);
}

TEST_F(HistoryTest, AForgottenStreamsPacketsAreNobodys) {
  for (uint64_t i = 0; i < 10; ++i) ASSERT_TRUE(Store(5, 70'000 + i, 100));
  history_.Forget(5);
  EXPECT_EQ(history_.blocks_in_use(), 0u);
  for (uint64_t i = 0; i < 10; ++i) EXPECT_FALSE(Finds(5, 70'000 + i));
  // The next one under this index, with lower numbers.
  ASSERT_TRUE(Store(5, 66'000, 100));
  EXPECT_TRUE(FindsWhole(5, 66'000, 100));
  for (uint64_t i = 0; i < 10; ++i) EXPECT_FALSE(Finds(5, 70'000 + i));
}

// Payloads come from outside. One that looks like a packet of another stream, at the place where
// that stream's index still points, is not taken for one.
TEST_F(HistoryTest, APayloadCannotPoseAsAPacket) {
  const TestPacket first(70'000, 100);
  const TestPacket second(70'001, 100);
  history_.Store(0, first.view());
  history_.Store(0, second.view());
  history_.Forget(0);

  TestPacket posing(70'000, 4000);
  MediaPacket forged = second.packet;
  forged.rest = Bytes(posing.bytes.data(), size_t{1} << 30);
  const size_t place = PacketHistory::StoredSize(first.view()) - sizeof(MediaPacket);
  std::memcpy(&posing.bytes[place], &forged, sizeof(forged));
  history_.Store(1, posing.view());
  EXPECT_FALSE(Finds(0, 70'001));
  EXPECT_FALSE(Finds(0, 70'000));
  // Nor one of the same stream, which has begun anew in the same block.
  history_.Forget(1);
  history_.Store(0, posing.view());
  EXPECT_FALSE(Finds(0, 70'001));
  EXPECT_TRUE(Finds(0, 70'000));
}

TEST(History, WithoutAnArenaNothingIsKept) {
  for (const size_t bytes : {size_t{0}, kBlock - 1}) {
    PacketHistory off(10, bytes, kMaxAge);
    off.BeginBatch();
    off.Store(3, TestPacket(70'000, 100).view());
    EXPECT_FALSE(off.Find(3, rtp::ExtendedSequence(70'000), kStart));
    off.Forget(3);
    off.ReleaseOld(kStart);
    EXPECT_EQ(off.packets_kept() + off.packets_refused() + off.blocks(), 0u);
    EXPECT_EQ(PacketHistory::FixedBytes(bytes), 0u);
    EXPECT_EQ(PacketHistory::BytesPerStream(bytes), 0u);
  }
  EXPECT_GE(PacketHistory::FixedBytes(3 * kBlock), 3 * kBlock);
  EXPECT_GE(PacketHistory::BytesPerStream(kBlock), kWindow * sizeof(uint32_t));
}

}  // namespace
}  // namespace baton::relay
