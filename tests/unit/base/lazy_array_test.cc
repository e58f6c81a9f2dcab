#include "base/lazy_array.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace baton {
namespace {

struct Record {
  uint64_t number = 7;  // which does not happen: no constructor runs
  uint32_t other;
};

TEST(LazyArray, IsZeroAndUsable) {
  for (const size_t size : {size_t{1}, size_t{3}, size_t{100'000}}) {
    LazyArray<Record> array(size);
    ASSERT_EQ(array.size(), size);
    EXPECT_FALSE(array.empty());
    EXPECT_TRUE(std::ranges::all_of(array.span(), [](const Record& record) {
      return record.number == 0 && record.other == 0;
    }));
    for (size_t i = 0; i < size; ++i) array[i].number = i;
    const LazyArray<Record>& same = array;
    ASSERT_EQ(same.span().size(), size);
    for (size_t i = 0; i < size; ++i) ASSERT_EQ(same[i].number, same.span()[i].number);
    EXPECT_EQ(same[size - 1].number, size - 1);
  }
}

TEST(LazyArray, MayBeEmpty) {
  const LazyArray<Record> array(0);
  EXPECT_TRUE(array.empty());
  EXPECT_EQ(array.size(), 0u);
  EXPECT_TRUE(array.span().empty());
}

// Pages of the memory that are there.
size_t ResidentPages(std::span<const uint8_t> memory) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const auto address = reinterpret_cast<uintptr_t>(memory.data());
  const uintptr_t begin = address / page * page;
  const size_t size = address + memory.size() - begin;
  std::vector<unsigned char> pages((size + page - 1) / page);
  EXPECT_EQ(mincore(reinterpret_cast<void*>(begin), size, pages.data()), 0);
  return static_cast<size_t>(
      std::ranges::count_if(pages, [](unsigned char flags) { return (flags & 1) != 0; }));
}

TEST(LazyArray, TakesMemoryWhenItIsUsed) {
  constexpr size_t kSize = size_t{256} * 1024 * 1024;
  LazyArray<uint8_t> array(kSize);
  const size_t before = ResidentPages(array.span());
  const size_t all = kSize / static_cast<size_t>(sysconf(_SC_PAGESIZE));
  // Some for what the C library notes there, in pages that may be huge.
  EXPECT_LT(before, all / 50);
  array[kSize / 2] = 1;
  EXPECT_GT(ResidentPages(array.span()), before);
  EXPECT_LT(ResidentPages(array.span()), all / 25);
}

TEST(LazyArrayDeathTest, EndsTheProcessBeyondItsEnd) {
  LazyArray<uint8_t> array(8);
  array[7] = 1;
  EXPECT_DEATH(array[8] = 1, "invariant broken: index < size_");
}

}  // namespace
}  // namespace baton
