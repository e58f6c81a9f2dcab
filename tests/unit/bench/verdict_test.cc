#include "bench/load/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace baton::bench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

Summary GoodSummary() {
  Summary summary;
  summary.sent = 100;
  summary.generator_lag.p99 = 1'000'000;
  return summary;
}

Summary Judged(const BenchTrouble& trouble, Summary summary = GoodSummary()) {
  JudgeValidity(Scenario{}, trouble, summary);
  return summary;
}

TEST(Verdict, IsValidIfTheBenchDidItsPart) {
  EXPECT_EQ(Judged({}).verdict, Verdict::kValid);
  EXPECT_EQ(Judged({}).verdict_reason, "");
}

TEST(Verdict, NamesALateGenerator) {
  Summary summary = GoodSummary();
  summary.generator_lag.p99 = 5'000'001;
  const Summary judged = Judged({}, summary);
  EXPECT_EQ(judged.verdict, Verdict::kInvalid);
  EXPECT_THAT(judged.verdict_reason, AllOf(HasSubstr("late"), HasSubstr("5ms")));
}

TEST(Verdict, NamesItsOwnLosses) {
  EXPECT_THAT(Judged({.socket_drops = 1234}).verdict_reason,
              AllOf(HasSubstr("own sockets overflowed"), HasSubstr("1,234")));
  EXPECT_THAT(Judged({.failed_sends = 3, .send_failure = "No route"}).verdict_reason,
              AllOf(HasSubstr("3 packets"), HasSubstr("No route")));
}

TEST(Verdict, IsInvalidIfNothingWasSent) {
  EXPECT_EQ(Judged({}, Summary{}).verdict, Verdict::kInvalid);
}

TEST(Verdict, GivesAllReasons) {
  Summary summary = GoodSummary();
  summary.generator_lag.p99 = 1'000'000'000;
  EXPECT_THAT(Judged({.socket_drops = 1}, summary).verdict_reason,
              AllOf(HasSubstr("late"), HasSubstr("; the bench's own")));
}

}  // namespace
}  // namespace baton::bench
