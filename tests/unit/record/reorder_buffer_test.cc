#include "record/reorder_buffer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <vector>

#include "base/random.h"

namespace baton::record {
namespace {

using namespace std::chrono_literals;
using rtp::ExtendedSequence;
using rtp::SequenceNumber;

// What came out, and that it came as PacketSink promises.
class Order final : public PacketSink {
 public:
  void OnPacket(const TrackPacket& packet) override {
    Follow(packet.sequence, 1);
    ASSERT_EQ(packet.payload.size(), 2u);
    EXPECT_EQ(LoadU16(packet.payload.data()), rtp::ToWire(packet.sequence).value());
    EXPECT_EQ(packet.timestamp.value(), 3u * rtp::ToWire(packet.sequence).value());
    packets.push_back(rtp::ToWire(packet.sequence).value());
    received.push_back(packet.received);
  }
  void OnGap(const Gap& gap) override {
    EXPECT_GT(gap.count, 0u);
    Follow(gap.first, gap.count);
    gaps.push_back(gap);
  }

  std::vector<uint16_t> packets;
  std::vector<TimePoint> received;
  std::vector<Gap> gaps;

 private:
  void Follow(ExtendedSequence sequence, uint64_t count) {
    if (next_ != ExtendedSequence(0)) {
      EXPECT_EQ(sequence, next_);
    }
    next_ = ExtendedSequence(sequence.value() + count);
  }

  ExtendedSequence next_;
};

class ReorderBufferTest : public testing::Test {
 protected:
  void Insert(uint16_t sequence) { InsertInto(buffer_, sequence); }
  void InsertInto(ReorderBuffer& buffer, uint16_t sequence) {
    const std::array<uint8_t, 2> payload = {static_cast<uint8_t>(sequence >> 8),
                                            static_cast<uint8_t>(sequence)};
    rtp::PacketView packet;
    packet.datagram = payload;
    packet.sequence = SequenceNumber(sequence);
    packet.timestamp = rtp::RtpTimestamp(3u * sequence);
    buffer.Insert(packet, now_);
  }
  ExtendedSequence First(uint16_t sequence) {
    return rtp::SequenceUnwrapper::First(SequenceNumber(sequence));
  }

  Order order_;
  ReorderBuffer buffer_{order_};
  TimePoint now_{1h};
};

TEST_F(ReorderBufferTest, DeliversAtOnceWhatComesInOrder) {
  for (const int sequence : {7, 8, 9}) Insert(static_cast<uint16_t>(sequence));
  EXPECT_EQ(order_.packets, (std::vector<uint16_t>{7, 8, 9}));
  EXPECT_EQ(buffer_.NextDeadline(), kNever);
  EXPECT_EQ(buffer_.held_bytes(), 0u);
}

TEST_F(ReorderBufferTest, WaitsForWhatIsMissing) {
  Insert(7);
  Insert(9);
  Insert(10);
  EXPECT_EQ(order_.packets, (std::vector<uint16_t>{7}));
  EXPECT_EQ(buffer_.held_bytes(), 4u);
  EXPECT_EQ(buffer_.NextDeadline(), now_ + 1500ms);
  now_ += 1499ms;
  Insert(8);
  EXPECT_EQ(order_.packets, (std::vector<uint16_t>{7, 8, 9, 10}));
  EXPECT_EQ(order_.received.back(), TimePoint(1h));
  EXPECT_TRUE(order_.gaps.empty());
  EXPECT_EQ(buffer_.held_bytes(), 0u);
  EXPECT_EQ(buffer_.NextDeadline(), kNever);
}

TEST_F(ReorderBufferTest, EachGapHasItsOwnDeadline) {
  Insert(1);
  Insert(4);
  now_ += 100ms;
  Insert(6);
  buffer_.HandleDeadline(TimePoint(1h) + 1499ms);
  EXPECT_EQ(order_.packets, (std::vector<uint16_t>{1}));
  buffer_.HandleDeadline(TimePoint(1h) + 1500ms);
  EXPECT_EQ(order_.packets, (std::vector<uint16_t>{1, 4}));
  EXPECT_EQ(order_.gaps, (std::vector<Gap>{{First(2), 2}}));
  EXPECT_EQ(buffer_.NextDeadline(), now_ + 1500ms);
  now_ += 1500ms;
  Insert(7);
  EXPECT_EQ(order_.packets, (std::vector<uint16_t>{1, 4, 6, 7}));
  EXPECT_EQ(buffer_.counters().lost, 3u);
}

TEST_F(ReorderBufferTest, CountsDuplicatesAndLatePackets) {
  Insert(5);
  Insert(5);
  Insert(4);  // before the first
  Insert(7);
  Insert(7);
  now_ += 2s;
  Insert(8);
  Insert(6);  // given up
  const auto& counters = buffer_.counters();
  EXPECT_EQ(counters.delivered, 3u);
  EXPECT_EQ(counters.duplicates, 2u);
  EXPECT_EQ(counters.late, 2u);
  EXPECT_EQ(counters.lost, 1u);
  EXPECT_EQ(counters.stray, 0u);
}

TEST_F(ReorderBufferTest, NumbersWrap) {
  Insert(65534);
  Insert(0);
  Insert(1);
  Insert(65535);
  EXPECT_EQ(order_.packets, (std::vector<uint16_t>{65534, 65535, 0, 1}));
}

TEST_F(ReorderBufferTest, JoinsAtZero) {
  Insert(0);
  Insert(65535);
  Insert(1);
  EXPECT_EQ(order_.packets, (std::vector<uint16_t>{0, 1}));
  EXPECT_EQ(buffer_.counters().late, 1u);
}

TEST_F(ReorderBufferTest, FlushDeliversWhatWaits) {
  Insert(1);
  Insert(3);
  Insert(6);
  buffer_.Flush();
  EXPECT_EQ(order_.packets, (std::vector<uint16_t>{1, 3, 6}));
  EXPECT_EQ(order_.gaps, (std::vector<Gap>{{First(2), 1}, {First(4), 2}}));
  buffer_.Flush();
  Insert(7);
  EXPECT_EQ(order_.packets.back(), 7);
}

TEST_F(ReorderBufferTest, HoldsNoMorePacketsThanItsLimit) {
  ReorderBuffer buffer(order_, {.packets = 4});
  InsertInto(buffer, 1);
  for (uint16_t sequence = 3; sequence <= 5; ++sequence) InsertInto(buffer, sequence);
  EXPECT_EQ(order_.packets, (std::vector<uint16_t>{1}));
  InsertInto(buffer, 6);
  EXPECT_EQ(order_.packets, (std::vector<uint16_t>{1, 3, 4, 5, 6}));
  EXPECT_EQ(order_.gaps, (std::vector<Gap>{{First(2), 1}}));
}

TEST_F(ReorderBufferTest, HoldsNoMoreBytesThanItsLimit) {
  ReorderBuffer buffer(order_, {.bytes = 6});
  InsertInto(buffer, 1);
  for (const int sequence : {3, 4, 6}) InsertInto(buffer, static_cast<uint16_t>(sequence));
  EXPECT_EQ(buffer.held_bytes(), 6u);
  InsertInto(buffer, 7);
  EXPECT_EQ(order_.packets, (std::vector<uint16_t>{1, 3, 4}));
  EXPECT_EQ(buffer.held_bytes(), 4u);
}

TEST_F(ReorderBufferTest, AStrayNumberIsNotBelieved) {
  Insert(100);
  Insert(30'000);
  Insert(101);
  Insert(50'000);
  Insert(102);
  buffer_.Flush();
  EXPECT_EQ(order_.packets, (std::vector<uint16_t>{100, 101, 102}));
  EXPECT_TRUE(order_.gaps.empty());
  EXPECT_EQ(buffer_.counters().stray, 2u);
}

TEST_F(ReorderBufferTest, GoesOnWhereTwoPacketsFollowEachOther) {
  Insert(100);
  Insert(102);
  Insert(30'000);
  Insert(30'001);
  Insert(30'002);
  EXPECT_EQ(order_.packets, (std::vector<uint16_t>{100, 102, 30'000, 30'001, 30'002}));
  EXPECT_EQ(order_.gaps, (std::vector<Gap>{{First(101), 1}, {First(103), 30'000 - 103}}));
}

TEST_F(ReorderBufferTest, ALongLossMayLookLikeAStepBack) {
  Insert(40'000);
  Insert(10'000);
  Insert(10'001);
  EXPECT_EQ(order_.packets, (std::vector<uint16_t>{40'000, 10'000, 10'001}));
  EXPECT_EQ(order_.gaps, (std::vector<Gap>{{First(40'001), 65'536 - 30'001}}));
  Insert(10'000);
  Insert(9'999);
  EXPECT_EQ(buffer_.counters().duplicates, 1u);
  EXPECT_EQ(buffer_.counters().late, 1u);
}

TEST_F(ReorderBufferTest, TheLargestStepsThatAreBelieved) {
  Insert(10'000);
  Insert(18'192);
  EXPECT_EQ(buffer_.held_bytes(), 2u);
  Insert(18'192 - 2047);
  EXPECT_EQ(buffer_.held_bytes(), 4u);
  Insert(18'192 - 2048);
  EXPECT_EQ(buffer_.held_bytes(), 4u);
  buffer_.Flush();
  EXPECT_EQ(buffer_.counters().stray, 1u);
  Insert(26'385);
  EXPECT_EQ(buffer_.held_bytes(), 0u);
}

TEST_F(ReorderBufferTest, TimesNearTheEndOfTimeDoNotOverflow) {
  now_ = kNever - 1s;
  Insert(1);
  Insert(3);
  EXPECT_EQ(buffer_.NextDeadline(), kNever);
  buffer_.HandleDeadline(kNever);
  EXPECT_EQ(order_.packets, (std::vector<uint16_t>{1, 3}));
}

// Each packet is late by up to 15 places, and some are lost or come twice: what was not lost comes
// out, once and in order, and the gaps are what was lost.
TEST_F(ReorderBufferTest, AnyOrderBecomesOrder) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    Order order;
    ReorderBuffer buffer(order);
    const uint16_t first = random.U16();
    constexpr size_t kCount = 3000;
    std::vector<std::pair<size_t, size_t>> arrivals;  // when, which
    std::set<size_t> lost;
    for (size_t i = 0; i < kCount; ++i) {
      const bool at_an_end = i == 0 || i + 1 == kCount;
      if (!at_an_end && random.OneIn(10)) {
        lost.insert(i);
        continue;
      }
      arrivals.emplace_back(i == 0 ? 0 : i + random.Below(16), i);
      if (random.OneIn(20)) arrivals.emplace_back(i + random.Below(16), i);
    }
    std::stable_sort(arrivals.begin(), arrivals.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [when, which] : arrivals) {
      now_ += 1ms;
      InsertInto(buffer, static_cast<uint16_t>(first + which));
    }
    buffer.Flush();
    ASSERT_EQ(order.packets.size(), kCount - lost.size());
    EXPECT_EQ(buffer.counters().lost, lost.size());
    EXPECT_EQ(buffer.counters().late, 0u);
    EXPECT_EQ(buffer.counters().delivered + buffer.counters().duplicates, arrivals.size());
    EXPECT_TRUE(std::is_sorted(order.packets.begin(), order.packets.end(), [](auto a, auto b) {
      return rtp::IsBefore(SequenceNumber(a), SequenceNumber(b));
    }));
  }
}

}  // namespace
}  // namespace baton::record
