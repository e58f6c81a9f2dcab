#include "bench/load/find_max.h"

#include <gtest/gtest.h>

#include <vector>

namespace baton::bench {
namespace {

struct Search {
  Maximum maximum;
  std::vector<uint64_t> tried;
};

// Where everything up to `holds` holds, and everything beyond `makes` is more than the bench can
// do.
Search Find(const SearchOptions& options, uint64_t holds, uint64_t makes = 1'000'000'000) {
  Search search;
  const auto maximum = FindMaximum(options, [&](uint64_t load) -> absl::StatusOr<Outcome> {
    search.tried.push_back(load);
    if (load > makes) return Outcome::kInvalid;
    return load <= holds ? Outcome::kHolds : Outcome::kFails;
  });
  EXPECT_TRUE(maximum.ok());
  if (maximum.ok()) search.maximum = *maximum;
  return search;
}

TEST(FindMaximum, DoublesAndThenBisects) {
  const Search search = Find({.first = 10, .greatest = 10'000, .precision = 0.05}, 100);
  EXPECT_EQ(search.tried, (std::vector<uint64_t>{10, 20, 40, 80, 160, 120, 100, 110, 105}));
  EXPECT_EQ(search.maximum.holds, 100U);
  EXPECT_EQ(search.maximum.beyond, 105U);
  EXPECT_FALSE(search.maximum.limited_by_bench);
}

TEST(FindMaximum, IsExactWithoutATolerance) {
  for (const uint64_t holds : {1, 2, 3, 37, 1000}) {
    const Search search = Find({.first = 50, .greatest = 5000, .precision = 0}, holds);
    EXPECT_EQ(search.maximum.holds, holds);
    EXPECT_EQ(search.maximum.beyond, holds + 1);
  }
}

TEST(FindMaximum, ComesDownIfTheFirstIsTooMuch) {
  const Search search = Find({.first = 64, .greatest = 100, .precision = 0.1}, 5);
  EXPECT_EQ(search.tried.front(), 64U);
  EXPECT_EQ(search.maximum.holds, 5U);
}

TEST(FindMaximum, SaysIfNothingHolds) {
  const Search search = Find({.first = 8, .greatest = 100, .precision = 0.05}, 0);
  EXPECT_EQ(search.maximum.holds, 0U);
  EXPECT_EQ(search.maximum.beyond, 1U);
}

TEST(FindMaximum, StopsAtTheGreatest) {
  const Search search = Find({.first = 30, .greatest = 100, .precision = 0.05}, 1'000'000);
  EXPECT_EQ(search.tried, (std::vector<uint64_t>{30, 60, 100}));
  EXPECT_EQ(search.maximum.holds, 100U);
  EXPECT_FALSE(search.maximum.beyond.has_value());
}

TEST(FindMaximum, NamesTheBenchIfThatIsTheLimit) {
  const Search search = Find({.first = 10, .greatest = 10'000, .precision = 0}, 5000, 100);
  EXPECT_EQ(search.maximum.holds, 100U);
  EXPECT_TRUE(search.maximum.limited_by_bench);
  EXPECT_FALSE(
      Find({.first = 10, .greatest = 10'000, .precision = 0}, 60, 100).maximum.limited_by_bench);
}

TEST(FindMaximum, EndsWithAnError) {
  const auto maximum = FindMaximum(
      {.first = 1, .greatest = 2, .precision = 0.1},
      [](uint64_t) -> absl::StatusOr<Outcome> { return absl::CancelledError("enough"); });
  EXPECT_EQ(maximum.status(), absl::CancelledError("enough"));
}

}  // namespace
}  // namespace baton::bench
