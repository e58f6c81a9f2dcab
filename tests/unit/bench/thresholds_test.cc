#include "bench/load/thresholds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace baton::bench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Summary SomeSummary() {
  Summary summary;
  summary.sent = 1000;
  summary.legs = {.expected = 10'000, .received = 9'990, .lost = 10};
  summary.latency.p99 = 10'000'000;
  summary.node = {.cpu_ns_per_packet_out = 450, .resident_bytes = 40'000'000};
  return summary;
}

Judgement JudgeText(std::string_view text, const Summary& summary) {
  const auto threshold = ParseThreshold(text);
  EXPECT_TRUE(threshold.ok()) << threshold.status();
  return threshold.ok() ? Judge(*threshold, summary) : Judgement{};
}

bool HoldsText(std::string_view text) { return JudgeText(text, SomeSummary()).holds; }

std::string ErrorOf(std::string_view text) {
  const auto threshold = ParseThreshold(text);
  return threshold.ok() ? "none" : std::string{threshold.status().message()};
}

TEST(Thresholds, ParsesMetricOperatorAndLimit) {
  const auto threshold = ParseThreshold("forward_latency_p99 <= 1.5ms");
  ASSERT_TRUE(threshold.ok()) << threshold.status();
  EXPECT_EQ(threshold->metric, "forward_latency_p99");
  EXPECT_EQ(threshold->comparison, Comparison::kLessOrEqual);
  EXPECT_EQ(threshold->limit, 1'500'000);
  EXPECT_EQ(threshold->text, "forward_latency_p99 <= 1.5ms");
  EXPECT_EQ(ParseThreshold("loss<0.1%")->limit, 0.001);
  EXPECT_EQ(ParseThreshold("resident_memory<200MB")->limit, 200e6);
  EXPECT_EQ(ParseThreshold("resident_memory<200M")->limit, 200e6);
  EXPECT_EQ(ParseThreshold("lost<1k")->limit, 1000);
}

TEST(Thresholds, EveryMetricParses) {
  EXPECT_EQ(ThresholdMetrics().size(), 28u);
  for (const std::string& metric : ThresholdMetrics()) {
    const bool any = ParseThreshold(metric + "<1ms").ok() || ParseThreshold(metric + "<1").ok();
    EXPECT_TRUE(any) << metric;
  }
}

TEST(Thresholds, OperatorsAtTheLimit) {
  EXPECT_FALSE(HoldsText("forward_latency_p99<10ms"));
  EXPECT_TRUE(HoldsText("forward_latency_p99<=10ms"));
  EXPECT_FALSE(HoldsText("forward_latency_p99>10ms"));
  EXPECT_TRUE(HoldsText("forward_latency_p99>=10ms"));
  EXPECT_TRUE(HoldsText("forward_latency_p99==10ms"));
  EXPECT_FALSE(HoldsText("forward_latency_p99==11ms"));
  EXPECT_TRUE(HoldsText("loss<=0.1%"));
  EXPECT_FALSE(HoldsText("loss<0.1%"));
  EXPECT_TRUE(HoldsText("node_cpu_per_packet<500ns"));
  EXPECT_TRUE(HoldsText("resident_memory<200MB"));
  EXPECT_TRUE(HoldsText("kernel_drops==0"));
}

TEST(Thresholds, TheTextHasTheFigure) {
  EXPECT_EQ(JudgeText("loss<1%", SomeSummary()).text, "loss<1%: 0.100 %");
  EXPECT_EQ(JudgeText("lost==0", SomeSummary()).text, "lost==0: 10");
  EXPECT_EQ(JudgeText("node_cpu_per_packet<1us", SomeSummary()).text,
            "node_cpu_per_packet<1us: 450 ns");
}

TEST(Thresholds, ErrorsListWhatThereIs) {
  EXPECT_THAT(ErrorOf("latency<10ms"), AllOf(HasSubstr("no metric \"latency\""),
                                             HasSubstr("forward_latency_p99"), HasSubstr("loss")));
  EXPECT_THAT(ErrorOf("loss"), HasSubstr("such as forward_latency_p99<10ms"));
  EXPECT_THAT(ErrorOf("loss=1%"), HasSubstr("no operator \"=\"; there are <, <=, >, >=, =="));
  EXPECT_THAT(ErrorOf("loss!=1%"), HasSubstr("no operator"));
  EXPECT_THAT(ErrorOf("loss<"), HasSubstr("is not a share"));
  EXPECT_THAT(ErrorOf("loss<10ms"), HasSubstr("is not a share"));
  EXPECT_THAT(ErrorOf("lost<10ms"), HasSubstr("is not a count"));
  EXPECT_THAT(ErrorOf("forward_latency_p99<10"), HasSubstr("has no unit"));
  EXPECT_THAT(ErrorOf("resident_memory<1ms"), HasSubstr("is not a size"));
}

TEST(Thresholds, WhatWasNotMeasuredDoesNotHold) {
  for (const std::string& metric : ThresholdMetrics()) {
    for (const char* limit : {">=0ms", ">=0"}) {
      const auto threshold = ParseThreshold(metric + limit);
      if (!threshold.ok()) continue;
      const Judgement judgement = Judge(*threshold, Summary{});
      EXPECT_FALSE(judgement.holds) << metric;
      EXPECT_THAT(judgement.text, HasSubstr("not measured"));
    }
  }
}

TEST(Thresholds, NothingHoldsForAnInvalidRun) {
  Summary summary = SomeSummary();
  summary.verdict = Verdict::kInvalid;
  const Judgement judgement = JudgeText("loss<50%", summary);
  EXPECT_FALSE(judgement.holds);
  EXPECT_EQ(judgement.text, "loss<50%: not judged, the run is INVALID");
}

TEST(Thresholds, JudgeAllWantsAll) {
  Summary summary = SomeSummary();
  std::vector<Threshold> thresholds = {*ParseThreshold("loss<1%")};
  EXPECT_TRUE(JudgeAll(thresholds, summary));
  thresholds.push_back(*ParseThreshold("lost==0"));
  EXPECT_FALSE(JudgeAll(thresholds, summary));
  ASSERT_EQ(summary.judgements.size(), 2u);
  EXPECT_TRUE(summary.judgements[0].holds);
  EXPECT_FALSE(summary.judgements[1].holds);
  EXPECT_TRUE(JudgeAll({}, summary));
}

}  // namespace
}  // namespace baton::bench
