#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "base/buffer_refs.h"
#include "base/counter.h"
#include "base/fixed_string.h"
#include "base/hash_index.h"
#include "base/pool.h"
#include "base/random.h"
#include "base/spsc_queue.h"

namespace baton {
namespace {

TEST(Pool, DetectsStaleHandles) {
  Pool<int> pool(2);
  const auto a = pool.Take();
  *pool.Get(a) = 7;
  pool.Release(a);
  EXPECT_EQ(pool.Get(a), nullptr);
  const auto b = pool.Take();
  EXPECT_EQ(b.index, a.index);
  EXPECT_EQ(*pool.Get(b), 0) << "a slot is taken empty";
  EXPECT_EQ(pool.Get(a), nullptr);
  EXPECT_EQ(pool.Get({}), nullptr);
}

TEST(Pool, RefusesWhenFullAndRecovers) {
  Pool<int> pool(2);
  const auto a = pool.Take();
  const auto b = pool.Take();
  EXPECT_TRUE(pool.full());
  EXPECT_TRUE(pool.Take().is_none());
  pool.Release(a);
  EXPECT_FALSE(pool.full());
  int seen = 0;
  pool.ForEach([&](Pool<int>::HandleType handle, int&) {
    EXPECT_EQ(handle, b);
    ++seen;
  });
  EXPECT_EQ(seen, 1);
}

// Against a std::map, with a hash of few bits so that clusters form and wrap around.
TEST(HashIndex, AgreesWithAMap) {
  Random random(1);
  HashIndex index(64);
  std::map<uint32_t, uint64_t> model;
  for (int step = 0; step < 20000; ++step) {
    const auto key = static_cast<uint32_t>(random.Below(200));
    const uint64_t hash = key % 13 + (key % 3 == 0 ? ~uint64_t{0} - 5 : 0);
    const uint32_t found = index.Find(hash, [&](uint32_t i) { return i == key; });
    ASSERT_EQ(found != HashIndex::kNotFound, model.contains(key));
    if (found != HashIndex::kNotFound) {
      index.Erase(hash, key);
      model.erase(key);
    } else if (model.size() < 64) {
      index.Insert(hash, key);
      model[key] = hash;
    }
    ASSERT_EQ(index.size(), model.size());
  }
}

TEST(SpscQueue, IsBoundedAndKeepsWhatItRefuses) {
  SpscQueue<std::unique_ptr<int>> queue(2);
  EXPECT_TRUE(queue.Push(std::make_unique<int>(1)));
  EXPECT_TRUE(queue.Push(std::make_unique<int>(2)));
  auto three = std::make_unique<int>(3);
  EXPECT_FALSE(queue.Push(std::move(three)));
  ASSERT_NE(three, nullptr);
  std::unique_ptr<int> out;
  EXPECT_TRUE(queue.Pop(out));
  EXPECT_EQ(*out, 1);
  EXPECT_TRUE(queue.Push(std::move(three)));
}

TEST(SpscQueue, CarriesEverythingInOrderAcrossThreads) {
  constexpr uint32_t kCount = 200000;
  SpscQueue<uint32_t> queue(64);
  std::thread producer([&] {
    for (uint32_t i = 0; i < kCount; ++i) {
      while (!queue.Push(uint32_t{i})) std::this_thread::yield();
    }
  });
  for (uint32_t expected = 0; expected < kCount; ++expected) {
    uint32_t value = 0;
    while (!queue.Pop(value)) std::this_thread::yield();
    ASSERT_EQ(value, expected);
  }
  producer.join();
}

TEST(BufferRefs, FreesOnTheLastRelease) {
  BufferRefs refs(4);
  refs.Retain(BufferId{2});
  refs.Retain(BufferId{2});
  refs.Retain(kNoBuffer);
  EXPECT_EQ(refs.in_use(), 1u);
  refs.Release(BufferId{2});
  EXPECT_TRUE(refs.freed().empty());
  refs.Release(BufferId{2});
  refs.Release(kNoBuffer);
  ASSERT_EQ(refs.freed().size(), 1u);
  EXPECT_EQ(refs.freed()[0], BufferId{2});
  EXPECT_EQ(refs.in_use(), 0u);
}

TEST(PowerHistogram, PutsEachValueUnderItsUpperBound) {
  PowerHistogram<8> histogram;
  for (uint64_t v = 0; v < 300; ++v) histogram.Record(v);
  EXPECT_EQ(histogram.bucket(0), 2u);  // 0, 1
  EXPECT_EQ(histogram.bucket(1), 1u);  // 2
  EXPECT_EQ(histogram.bucket(2), 2u);  // 3, 4
  EXPECT_EQ(histogram.bucket(6), 32u);
  EXPECT_EQ(histogram.bucket(7), 300u - 65u) << "the last bucket holds the rest";
}

TEST(FixedString, ComparesByContent) {
  const FixedString<4> a("abcd"), b("abcdef");
  EXPECT_EQ(a, b);
  EXPECT_EQ(a, "abcd");
  EXPECT_FALSE(FixedString<4>::Fits("abcde"));
}

}  // namespace
}  // namespace baton
