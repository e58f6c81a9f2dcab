#include "bench/load/result_io.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "bench/load/files.h"
#include "bench/load/result_json.h"
#include "tests/unit/bench/sample_result.h"
#include "tests/unit/bench/temporary_directory.h"

namespace baton::bench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

void ExpectSame(const RunResult& a, const RunResult& b) {
  EXPECT_EQ(ToJson(a.summary), ToJson(b.summary));
  ASSERT_EQ(a.intervals.size(), b.intervals.size());
  for (size_t i = 0; i < a.intervals.size(); ++i) {
    EXPECT_EQ(ToJson(a.intervals[i]), ToJson(b.intervals[i]));
  }
  EXPECT_EQ(ToJson(a.latency), ToJson(b.latency));
  EXPECT_EQ(ToJson(a.join_latency), ToJson(b.join_latency));
  EXPECT_EQ(ToJson(a.generator_lag), ToJson(b.generator_lag));
}

std::string Text(const TemporaryDirectory& dir, const char* name) {
  return ReadFile(dir.Path("run/") + name).value();
}

class ResultIo : public ::testing::Test {
 protected:
  void Write(const RunResult& result) {
    const absl::Status status = WriteResult(result, run_);
    ASSERT_TRUE(status.ok()) << status;
  }
  // What reading says when `from` in a file has become `to`.
  std::string ErrorWith(const char* name, const std::string& from, const std::string& to) {
    Write(SampleResult());
    std::string text = Text(dir_, name);
    const size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    EXPECT_TRUE(WriteFile(run_ + "/" + name, text).ok());
    const auto result = ReadResult(run_);
    return result.ok() ? "none" : std::string{result.status().message()};
  }

  TemporaryDirectory dir_;
  const std::string run_ = dir_.Path("run");
};

TEST_F(ResultIo, WhatIsWrittenIsRead) {
  RunResult result = SampleResult();
  for (const Verdict verdict : {Verdict::kValid, Verdict::kInvalid}) {
    result.summary.verdict = verdict;
    result.summary.verdict_reason = verdict == Verdict::kValid ? "" : "late";
    Write(result);
    const auto read = ReadResult(run_);
    ASSERT_TRUE(read.ok()) << read.status();
    ExpectSame(*read, result);
  }
}

TEST_F(ResultIo, AnEmptyRunIsAResult) {
  Write(RunResult());
  const auto read = ReadResult(run_);
  ASSERT_TRUE(read.ok()) << read.status();
  ExpectSame(*read, RunResult());
}

TEST_F(ResultIo, LargeNumbersLoseNothing) {
  RunResult result;
  result.summary.sent = ~uint64_t{0};
  result.summary.duration_s = 0.1 + 0.2;
  result.latency.Record(LatencyHistogram::kMax, uint64_t{1} << 60);
  Write(result);
  const auto read = ReadResult(run_);
  ASSERT_TRUE(read.ok()) << read.status();
  ExpectSame(*read, result);
}

TEST_F(ResultIo, TextThatIsNoUtf8AndNumbersThatAreNoneDoNotSpoilTheFiles) {
  RunResult result;
  result.summary.scenario = "caf\xe9 </script>\n\"";
  result.summary.node.cpu_ns_per_packet_out = std::nan("");
  Write(result);
  const auto read = ReadResult(run_);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->summary.scenario, "caf\xef\xbf\xbd </script>\n\"");
  EXPECT_EQ(read->summary.node.cpu_ns_per_packet_out, 0);
}

TEST_F(ResultIo, AnEarlierRunIsReplaced) {
  Write(SampleResult());
  Write(RunResult());
  const auto read = ReadResult(run_);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(read->intervals.empty());
  for (const auto& file : std::filesystem::directory_iterator(run_)) {
    EXPECT_NE(file.path().extension(), ".tmp");
  }
}

TEST_F(ResultIo, ADirectoryWithoutAResultIsNotFound) {
  EXPECT_EQ(ReadResult(run_).status().code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(MakeDirectory(run_).ok());
  EXPECT_THAT(std::string(ReadResult(run_).status().message()),
              AllOf(HasSubstr("no result there"), HasSubstr("--out")));
}

TEST_F(ResultIo, AMissingFileIsNamed) {
  Write(SampleResult());
  std::filesystem::remove(run_ + "/" + kHistogramsFile);
  EXPECT_THAT(std::string(ReadResult(run_).status().message()),
              HasSubstr("incomplete: there is no histograms.json"));
}

TEST_F(ResultIo, GarbledFilesAreRefusedWithFileAndField) {
  EXPECT_THAT(ErrorWith(kSummaryFile, "\"sent\": ", "\"sent\": -"),
              AllOf(HasSubstr("run/summary.json"), HasSubstr("sent: not a whole number")));
  EXPECT_THAT(ErrorWith(kSummaryFile, "\"p50_ns\"", "\"p50\""), HasSubstr("latency: p50_ns: "));
  EXPECT_THAT(ErrorWith(kSummaryFile, "\"VALID\"", "\"GOOD\""), HasSubstr("verdict: "));
  EXPECT_THAT(ErrorWith(kSummaryFile, "}", ""), HasSubstr("parse error"));
  EXPECT_THAT(ErrorWith(kSummaryFile, "\"version\": 1", "\"version\": 2"),
              HasSubstr("version is not 1"));
  EXPECT_THAT(ErrorWith(kSummaryFile, "baton-bench-summary", "other"), HasSubstr("format is not"));
  EXPECT_THAT(ErrorWith(kIntervalsFile, "\"start_s\":1.0", "\"start_s\":\"1\""),
              AllOf(HasSubstr("intervals.jsonl"), HasSubstr("line 2: start_s: ")));
  EXPECT_THAT(ErrorWith(kIntervalsFile, "\n", "\n\n"), HasSubstr("line 2: "));
  EXPECT_THAT(ErrorWith(kHistogramsFile, "\"min_ns\":", "\"min_ns\":9"), HasSubstr("contradict"));
  EXPECT_THAT(ErrorWith(kHistogramsFile, "\"buckets\":[[", "\"buckets\":[[1000001,1],["),
              HasSubstr("no bucket ends at 1000001"));
  EXPECT_THAT(ErrorWith(kHistogramsFile, "\"buckets\":[[", "\"buckets\":[["), "none");
}

TEST_F(ResultIo, WhereNothingCanBeWrittenItSaysSo) {
  ASSERT_TRUE(WriteFile(run_, "a file").ok());
  const absl::Status status = WriteResult(SampleResult(), run_);
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), HasSubstr(run_));
}

}  // namespace
}  // namespace baton::bench
