#include "bench/load/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/load/files.h"
#include "bench/load/result_io.h"
#include "tests/unit/bench/sample_result.h"
#include "tests/unit/bench/temporary_directory.h"

namespace baton::bench {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class CompareTest : public ::testing::Test {
 protected:
  void Write(const std::string& name, const RunResult& result) {
    const absl::Status status = WriteResult(result, dir_.Path(name));
    ASSERT_TRUE(status.ok()) << status;
  }
  std::string CompareText(const std::string& a, const std::string& b) {
    const auto text = Compare(dir_.Path(a), dir_.Path(b));
    return text.ok() ? *text : std::string{text.status().message()};
  }
  static RunResult WithP99(uint64_t p99) {
    RunResult result = SampleResult();
    result.summary.latency.p99 = p99;
    return result;
  }
  static RunResult Invalid() {
    RunResult result = WithP99(999'000'000);
    result.summary.verdict = Verdict::kInvalid;
    result.summary.verdict_reason = "late";
    return result;
  }

  TemporaryDirectory dir_;
};

TEST_F(CompareTest, TwoRunsSideBySide) {
  Write("a", WithP99(200'000));
  Write("b", WithP99(100'000));
  const std::string text = CompareText("a", "b");
  EXPECT_THAT(text, ContainsRegex("figure +A +B +B/A\n"));
  EXPECT_THAT(text, ContainsRegex("latency p99 +200 us +100 us +0.50\n"));
  EXPECT_THAT(text, ContainsRegex("latency p50 +73.7 us +73.7 us +1.00\n"));
  EXPECT_THAT(text, ContainsRegex("CPU per packet out +431 ns"));
  EXPECT_THAT(text, Not(HasSubstr("not the same")));
  EXPECT_THAT(text, Not(HasSubstr("INVALID")));
}

TEST_F(CompareTest, SaysWhatIsNotTheSame) {
  Write("a", SampleResult());
  RunResult other = SampleResult();
  other.summary.environment.host_kernel = "Linux 6.1.0 x86_64";
  other.summary.environment.commit = "0123456789ab";
  other.summary.environment.sysctls["net.core.rmem_max"] = "212992";
  other.summary.parameters["rooms"] = "2";
  other.summary.parameters["gso"] = "true";
  Write("b", other);
  const std::string text = CompareText("a", "b");
  EXPECT_THAT(text, ContainsRegex("kernel +Linux 6.18.5 x86_64 +Linux 6.1.0 x86_64\n"));
  EXPECT_THAT(text, ContainsRegex("commit +9c7a61c0ffee[+] +0123456789ab\n"));
  EXPECT_THAT(text, ContainsRegex("net.core.rmem_max +4194304 +212992\n"));
  EXPECT_THAT(text, ContainsRegex("rooms +1 +2\n"));
  EXPECT_THAT(text, ContainsRegex("gso +- +true\n"));
  EXPECT_LT(text.find("not the same"), text.find("figure"));
}

TEST_F(CompareTest, AnInvalidRunIsSaidFirst) {
  Write("a", SampleResult());
  Write("b", Invalid());
  EXPECT_THAT(CompareText("a", "b"),
              AllOf(StartsWith("INVALID: B, "),
                    HasSubstr("late; the figures say nothing about the node\n")));
}

TEST_F(CompareTest, SeveralRunsGiveMediansAndSpreads) {
  for (const uint64_t p99 : {300, 100, 200}) {
    Write("a/" + std::to_string(p99), WithP99(p99 * 1000));
  }
  for (const uint64_t p99 : {400, 600}) Write("b/" + std::to_string(p99), WithP99(p99 * 1000));
  const std::string text = CompareText("a", "b");
  EXPECT_THAT(text, HasSubstr("/a, 3 runs\n"));
  EXPECT_THAT(text, ContainsRegex(
                        "latency p99 +200 us +100 us .. 300 us +500 us +400 us .. 600 us +2.50\n"));
}

TEST_F(CompareTest, AnInvalidRunOfSeveralIsLeftOut) {
  Write("a/1", WithP99(100'000));
  Write("a/2", Invalid());
  Write("b", WithP99(100'000));
  const std::string text = CompareText("a", "b");
  EXPECT_THAT(text, AllOf(StartsWith("INVALID: A, "), HasSubstr("/a/2: late; left out\n")));
  EXPECT_THAT(text, ContainsRegex("latency p99 +100 us +100 us +1.00\n"));
}

TEST_F(CompareTest, WhatOneSideDidNotMeasureHasNoRatio) {
  RunResult stun = SampleResult();
  stun.summary.node = {};
  Write("a", SampleResult());
  Write("b", stun);
  EXPECT_THAT(CompareText("a", "b"), ContainsRegex("CPU per packet out +431 ns +- +-\n"));
}

TEST_F(CompareTest, ASideWithoutResultsIsAnError) {
  Write("a", SampleResult());
  ASSERT_TRUE(MakeDirectory(dir_.Path("empty/sub")).ok());
  EXPECT_THAT(CompareText("a", "empty"),
              HasSubstr("no result there and none in its subdirectories"));
  EXPECT_THAT(CompareText("nowhere", "a"), HasSubstr("nowhere: no result there"));
  ASSERT_TRUE(WriteFile(dir_.Path("a/summary.json"), "{").ok());
  EXPECT_THAT(CompareText("a", "a"), HasSubstr("summary.json: not what baton-bench writes"));
}

TEST_F(CompareTest, NamesCannotMoveTheCursor) {
  RunResult hostile = Invalid();
  hostile.summary.verdict_reason = hostile.summary.scenario = "\x1b[2J";
  Write("a", hostile);
  Write("b", SampleResult());
  EXPECT_THAT(CompareText("a", "b"), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace baton::bench
