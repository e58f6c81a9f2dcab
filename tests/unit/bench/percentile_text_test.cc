#include "bench/load/percentile_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <vector>

#include "base/random.h"

namespace baton::bench {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Line {
  double value_ms = 0;
  double share = 0;
  uint64_t count = 0;
};

// Of the lines between the title and the "#[" lines.
std::vector<Line> LinesOf(const std::string& text) {
  std::vector<Line> lines;
  std::istringstream stream(text);
  std::string words;
  while (std::getline(stream, words) && !words.starts_with("#[")) {
    std::istringstream fields(words);
    Line line;
    if (fields >> line.value_ms >> line.share >> line.count) lines.push_back(line);
  }
  return lines;
}

TEST(PercentileText, LinesAscendAndSayWhatTheHistogramSays) {
  Random random(6);
  for (int round = 0; round < 20; ++round) {
    LatencyHistogram histogram;
    for (uint64_t n = 1 + random.Below(5000); n > 0; --n) histogram.Record(random.Below(1 << 26));
    const std::vector<Line> lines = LinesOf(PercentileText(histogram));
    ASSERT_FALSE(lines.empty());
    Line before;
    for (const Line& line : lines) {
      ASSERT_GE(line.value_ms, before.value_ms);
      ASSERT_GE(line.share, before.share);
      ASSERT_GE(line.count, before.count);
      ASSERT_NEAR(line.value_ms * 1e6, static_cast<double>(histogram.Quantile(line.share)), 1)
          << "seed 6, round " << round << ", share " << line.share;
      before = line;
    }
    EXPECT_EQ(lines.back().share, 1);
    EXPECT_EQ(lines.back().count, histogram.count());
    EXPECT_NEAR(lines.back().value_ms * 1e6, static_cast<double>(histogram.max()), 1);
  }
}

TEST(PercentileText, HasTheTitleAndTheFootOfTheFormat) {
  LatencyHistogram histogram;
  histogram.Record(1'500'000, 3);
  const std::string text = PercentileText(histogram);
  EXPECT_THAT(text, StartsWith("       Value     Percentile TotalCount 1/(1-Percentile)\n\n"));
  EXPECT_THAT(text, HasSubstr("    1.500000 1.000000000000          3\n"
                              "#[Mean    =     1.500000, StdDeviation   =     "));
  EXPECT_THAT(text, HasSubstr("#[Max     =     1.500000, Total count    =            3]\n"));
}

TEST(PercentileText, OfNothingHasNoLines) {
  EXPECT_TRUE(LinesOf(PercentileText(LatencyHistogram())).empty());
}

}  // namespace
}  // namespace baton::bench
