#include "bench/load/text_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/bench/sample_result.h"

namespace baton::bench {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(TextSummary, SaysTheVerdictFirstAndTheThresholdsLast) {
  const std::string text = TextSummary(SampleResult().summary);
  const size_t verdict = text.find("VALID: ");
  const size_t latency = text.find("forward ");
  const size_t holds = text.find("holds  forward_latency_p99<10ms: 175 us\n");
  const size_t fails = text.find("FAILS  lost==0: 424\n");
  ASSERT_NE(fails, std::string::npos) << text;
  EXPECT_LT(verdict, latency);
  EXPECT_LT(latency, holds);
  EXPECT_LT(holds, fails);
  EXPECT_TRUE(text.ends_with("lost==0: 424\n"));
}

TEST(TextSummary, NamesWhatIsWrong) {
  const std::string text = TextSummary(SampleResult().summary);
  for (const char* part : {"misdelivered", "corrupted", "duplicated", "reordered", "unknown_flow 4",
                           "control errors: 6", "7 by the kernel, 5 failed to send"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(TextSummary, AnInvalidRunSaysSo) {
  Summary summary = SampleResult().summary;
  summary.verdict = Verdict::kInvalid;
  summary.verdict_reason = "the generator was 12 ms late at p99";
  const std::string text = TextSummary(summary);
  EXPECT_THAT(text, HasSubstr("INVALID: the generator was 12 ms late at p99\n"));
  EXPECT_THAT(text, HasSubstr("The figures say nothing about the node."));
}

TEST(TextSummary, NothingMeasuredIsNotShownAsZero) {
  const std::string text = TextSummary(Summary{});
  EXPECT_THAT(text, HasSubstr("node: tells nothing of itself"));
  EXPECT_THAT(text, ContainsRegex("\nforward +- +- +- +- +- +-\n"));
}

TEST(TextSummary, NamesCannotMoveTheCursor) {
  Summary summary = SampleResult().summary;
  summary.scenario = "\x1b[2J";
  summary.environment.node_address = "\x1b[2J";
  summary.verdict = Verdict::kInvalid;
  summary.verdict_reason = "\x1b[2J";
  summary.node.dropped = {{"\x1b[2J", 1}};
  summary.judgements = {{true, "\x1b[2J"}};
  EXPECT_THAT(TextSummary(summary), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace baton::bench
