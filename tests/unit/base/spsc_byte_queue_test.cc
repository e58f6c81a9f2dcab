#include "base/spsc_byte_queue.h"

#include <gtest/gtest.h>

#include <array>
#include <numeric>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/random.h"

namespace baton {
namespace {

Bytes Of(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// All that is in the queue, by Pieces(); and Copy() says the same.
std::string Content(const SpscByteQueue& queue) {
  std::string content;
  std::array<Bytes, 256> pieces;
  const size_t count = queue.Pieces(queue.released(), queue.written(), pieces);
  for (size_t i = 0; i < count; ++i) content.append(pieces[i].begin(), pieces[i].end());
  std::vector<uint8_t> copy(content.size());
  queue.Copy(queue.released(), copy);
  EXPECT_EQ(content, std::string(copy.begin(), copy.end()));
  return content;
}

TEST(SpscByteQueue, IsEmptyAtFirst) {
  const auto queue = SpscByteQueue::Create(64, 16);
  EXPECT_EQ(queue->capacity(), 64u);
  EXPECT_EQ(queue->size(), 0u);
  EXPECT_EQ(queue->Room(), 64u);
  EXPECT_EQ(Content(*queue), "");
}

TEST(SpscByteQueue, HasTwoBlocksAtLeast) {
  EXPECT_EQ(SpscByteQueue::Create(1, 16)->capacity(), 32u);
  EXPECT_EQ(SpscByteQueue::Create(47, 16)->capacity(), 32u);
  EXPECT_EQ(SpscByteQueue::Create(48, 16)->capacity(), 48u);
}

TEST(SpscByteQueue, JoinsTheParts) {
  const auto queue = SpscByteQueue::Create(64, 16);
  EXPECT_TRUE(queue->Push({Of("one"), {}, Of(", two")}));
  EXPECT_TRUE(queue->Push({Of(", three")}));
  EXPECT_TRUE(queue->Push({}));
  EXPECT_EQ(Content(*queue), "one, two, three");
  EXPECT_EQ(queue->written(), 15u);
}

TEST(SpscByteQueue, TakesAllPartsOrNone) {
  const auto queue = SpscByteQueue::Create(32, 16);
  EXPECT_TRUE(queue->Push({Of("0123456789"), Of("0123456789")}));
  EXPECT_FALSE(queue->Push({Of("abcdef"), Of("0123456")}));
  EXPECT_EQ(Content(*queue), "01234567890123456789");
  EXPECT_TRUE(queue->Push({Of("abcdef"), Of("012345")}));  // exactly full
  EXPECT_EQ(queue->Room(), 0u);
  EXPECT_FALSE(queue->Push({Of("x")}));
  EXPECT_TRUE(queue->Push({{}, {}}));
}

TEST(SpscByteQueue, RefusesWhatNeverFits) {
  const auto queue = SpscByteQueue::Create(32, 16);
  EXPECT_FALSE(queue->Push({Of(std::string(33, 'x'))}));
  EXPECT_TRUE(queue->Push({Of(std::string(32, 'x'))}));
}

TEST(SpscByteQueue, UsesABlockAgainWhenAllOfItIsReleased) {
  const auto queue = SpscByteQueue::Create(32, 16);
  ASSERT_TRUE(queue->Push({Of(std::string(32, 'x'))}));
  queue->Release(15);
  EXPECT_EQ(queue->Room(), 0u);
  queue->Release(16);
  EXPECT_EQ(queue->Room(), 16u);
  EXPECT_TRUE(queue->Push({Of("0123456789abcdef")}));
  EXPECT_EQ(Content(*queue), std::string(16, 'x') + "0123456789abcdef");
}

TEST(SpscByteQueue, GivesPiecesOfARange) {
  const auto queue = SpscByteQueue::Create(64, 8);
  ASSERT_TRUE(queue->Push({Of("0123456789abcdefghij")}));
  std::array<Bytes, 2> pieces;
  ASSERT_EQ(queue->Pieces(3, 20, pieces), 2u);  // as many as there is place for
  EXPECT_EQ(std::string(pieces[0].begin(), pieces[0].end()), "34567");
  EXPECT_EQ(std::string(pieces[1].begin(), pieces[1].end()), "89abcdef");
  ASSERT_EQ(queue->Pieces(3, 5, pieces), 1u);
  EXPECT_EQ(std::string(pieces[0].begin(), pieces[0].end()), "34");
  EXPECT_EQ(queue->Pieces(7, 7, pieces), 0u);
}

// Records of every size at every offset in a block, and the queue runs around many times.
TEST(SpscByteQueue, WrapsAtEveryOffset) {
  for (size_t size = 1; size <= 33; ++size) {
    const auto queue = SpscByteQueue::Create(48, 16);
    std::string record(size, ' ');
    for (size_t round = 0; round < 100; ++round) {
      std::iota(record.begin(), record.end(), static_cast<char>(round));
      ASSERT_TRUE(queue->Push({Of(record).first(size / 3), Of(record).subspan(size / 3)}));
      ASSERT_EQ(Content(*queue), record);
      queue->Release(queue->written());
    }
  }
}

TEST(SpscByteQueue, StaysInFewBlocksWhileItIsNearlyEmpty) {
  const auto queue = SpscByteQueue::Create(1024, 16);
  std::set<const uint8_t*> places;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(queue->Push({Of("0123456789")}));
    std::array<Bytes, 2> pieces;
    const size_t count = queue->Pieces(queue->released(), queue->written(), pieces);
    for (size_t p = 0; p < count; ++p) places.insert(pieces[p].data());
    queue->Release(queue->written());
  }
  EXPECT_LT(*places.rbegin() - *places.begin(), 3 * 16);
}

// Against a string that does the same.
TEST(SpscByteQueue, BehavesAsAString) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    const auto queue = SpscByteQueue::Create(200, 1 + random.Below(40));
    std::string model;
    for (int step = 0; step < 2000; ++step) {
      std::string record(random.Below(60), ' ');
      for (char& c : record) c = static_cast<char>(random.U32());
      const size_t room = queue->Room();
      ASSERT_EQ(queue->Push({Of(record)}), record.size() <= room);
      if (record.size() <= room) model += record;
      ASSERT_EQ(Content(*queue), model) << "seed " << seed;
      const size_t released = random.Below(model.size() + 1);
      queue->Release(queue->released() + released);
      model.erase(0, released);
      ASSERT_EQ(queue->size(), model.size());
    }
  }
}

// Two threads; the consumer checks every byte, and lets the queue run full now and then.
TEST(SpscByteQueue, CarriesRecordsFromThreadToThread) {
  constexpr int kRecords = 20'000;
  const auto queue = SpscByteQueue::Create(4096, 256);
  std::thread producer([&] {
    Random random(1);
    std::array<uint8_t, 300> bytes;
    for (int i = 0; i < kRecords; ++i) {
      const size_t size = 2 + random.Below(bytes.size() - 1);
      StoreU16(bytes.data(), static_cast<uint16_t>(size));
      for (size_t b = 2; b < size; ++b) bytes[b] = static_cast<uint8_t>(i + static_cast<int>(b));
      while (!queue->Push({Bytes(bytes).first(2), Bytes(bytes).subspan(2, size - 2)})) {
        std::this_thread::yield();
      }
    }
  });
  std::array<uint8_t, 301> record{};
  int received = 0;
  uint64_t wrong = 0;
  while (received < kRecords) {
    const uint64_t end = queue->written();
    uint64_t position = queue->released();
    if (position == end) std::this_thread::yield();
    for (; position < end; ++received) {
      queue->Copy(position, MutableBytes(record).first(2));
      const size_t size = LoadU16(record.data());
      ASSERT_LE(position + size, end);
      queue->Copy(position, MutableBytes(record).first(size));
      for (size_t b = 2; b < size; ++b) {
        if (record[b] != static_cast<uint8_t>(received + static_cast<int>(b))) ++wrong;
      }
      position += size;
    }
    queue->Release(position);
  }
  producer.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(queue->size(), 0u);
}

}  // namespace
}  // namespace baton
