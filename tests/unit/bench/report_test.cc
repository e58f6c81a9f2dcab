#include "bench/load/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "bench/load/files.h"
#include "bench/load/report_data.h"
#include "bench/load/result_json.h"
#include "tests/unit/bench/sample_result.h"
#include "tests/unit/bench/temporary_directory.h"

namespace baton::bench {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

Json DataOf(const RunResult& result) { return Json::parse(ReportData(result)); }

std::vector<std::string> TitlesOf(const RunResult& result) {
  std::vector<std::string> titles;
  const Json data = DataOf(result);
  for (const Json& plot : data.at("plots")) titles.push_back(plot.at("title"));
  return titles;
}

TEST(Report, HasTheFiguresAndNoPlaceholderLeft) {
  const std::string html = ReportHtml(SampleResult());
  for (const char* part : {"1-to-500 webinar", "FAILED", "1 of 2 thresholds", "175 µs", "9,009,076",
                           "before_leg_start", "Linux 6.18.5 x86_64", "net.core.rmem_max",
                           "--assert &#39;loss&lt;0.1%&#39;"}) {
    EXPECT_THAT(html, HasSubstr(part));
  }
  EXPECT_THAT(html, Not(HasSubstr("{{")));
}

TEST(Report, NeedsNothingFromElsewhere) {
  const std::string html = ReportHtml(SampleResult());
  EXPECT_FALSE(std::regex_search(html, std::regex("(src|href)=|url\\(|@import|fetch\\(")));
  // Names of languages of XML, which nobody fetches.
  EXPECT_FALSE(std::regex_search(html, std::regex("https?://(?!www\\.w3\\.org/(1999|2000))")));
}

TEST(Report, AnInvalidRunSaysSoFirst) {
  RunResult result = SampleResult();
  result.summary.verdict = Verdict::kInvalid;
  result.summary.verdict_reason = "the generator was 12 ms late at p99";
  const std::string html = ReportHtml(result);
  EXPECT_THAT(html, HasSubstr("<body class=\"invalid\">"));
  EXPECT_LT(html.find("the generator was 12 ms late at p99"), html.find("class=\"tiles\""));
}

// Text from outside, in every field that has some.
RunResult HostileResult(const std::string& text) {
  RunResult result = SampleResult();
  Summary& summary = result.summary;
  summary.scenario = summary.mode = summary.verdict_reason = text;
  summary.verdict = Verdict::kInvalid;
  summary.parameters = {{text, text}};
  summary.node.dropped = {{text, 1}};
  summary.judgements = {{true, text}, {false, text}};
  Environment& environment = summary.environment;
  environment = {.started = text,
                 .host_kernel = text,
                 .cpu_model = text,
                 .commit = text,
                 .bench_version = text,
                 .node_version = text,
                 .node_io_backend = text,
                 .node_address = text,
                 .command_line = text,
                 .sysctls = {{text, text}}};
  return result;
}

TEST(Report, TextFromOutsideStaysText) {
  const std::string clean = ReportHtml(HostileResult("harmless"));
  const std::regex tag("<[!/a-zA-Z]");
  const auto tags = [&](const std::string& html) {
    return std::distance(std::sregex_iterator(html.begin(), html.end(), tag),
                         std::sregex_iterator());
  };
  for (const char* text : {"</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>",
                           "\" onload=\"alert(1)", "'><b>", "{{data}}{{script}}", "<!--",
                           "&lt;b&gt;", "\xff\xfe\x01", "]]>"}) {
    const std::string html = ReportHtml(HostileResult(text));
    EXPECT_EQ(tags(html), tags(clean)) << text;
    EXPECT_THAT(html, Not(HasSubstr("\" onload"))) << text;
  }
}

TEST(Report, DataHaveAValueForEveryPoint) {
  const RunResult result = SampleResult();
  const Json data = DataOf(result);
  EXPECT_EQ(data.at("start").size(), result.intervals.size());
  EXPECT_EQ(data.at("end").size(), result.intervals.size());
  for (const Json& plot : data.at("plots")) {
    const size_t points =
        plot.contains("distances") ? plot.at("distances").size() : result.intervals.size();
    for (const Json& series : plot.at("series")) EXPECT_EQ(series.at("values").size(), points);
  }
}

TEST(Report, PlotsAreThoseThatSaySomething) {
  EXPECT_THAT(TitlesOf(SampleResult()), Contains("Coming and going per second"));
  RunResult result;
  result.summary.mode = "stun";
  result.intervals.resize(1);
  EXPECT_THAT(TitlesOf(result), Not(Contains("Coming and going per second")));
  EXPECT_THAT(TitlesOf(result), Not(Contains("CPU of the node per packet out")));
  EXPECT_THAT(TitlesOf(result), Contains("Round trip over time"));
}

TEST(Report, WhatWasNotMeasuredIsAGapAndNoZero) {
  RunResult result;
  result.intervals.resize(1);
  const Json plots = DataOf(result).at("plots");
  for (const Json& plot : plots) {
    if (plot.at("unit") == "per_second") continue;
    for (const Json& series : plot.at("series")) {
      for (const Json& value : series.at("values")) EXPECT_TRUE(value.is_null()) << plot;
    }
  }
}

TEST(Report, LongRunsAreThinnedWithoutHidingAnything) {
  std::vector<Interval> intervals(10 * kMaxPoints + 1);
  uint64_t sent = 0;
  for (size_t i = 0; i < intervals.size(); ++i) {
    intervals[i].start_s = static_cast<double>(i);
    intervals[i].length_s = 1;
    intervals[i].sent = i;
    intervals[i].latency.p99 = i == 777 ? 5'000'000 : 1000;
    sent += i;
  }
  const std::vector<Interval> thinned = Thinned(intervals);
  ASSERT_LE(thinned.size(), kMaxPoints);
  uint64_t highest = 0;
  double end = 0;
  for (const Interval& interval : thinned) {
    EXPECT_EQ(interval.start_s, end);
    end = interval.start_s + interval.length_s;
    sent -= interval.sent;
    highest = std::max(highest, interval.latency.p99);
  }
  EXPECT_EQ(sent, 0u);
  EXPECT_EQ(end, static_cast<double>(intervals.size()));
  EXPECT_EQ(highest, 5'000'000u);
  EXPECT_EQ(Thinned({}).size(), 0u);
}

TEST(Report, IsWrittenIntoADirectoryThatItMakes) {
  TemporaryDirectory dir;
  const std::string run = dir.Path("a/b");
  ASSERT_TRUE(WriteReport(SampleResult(), run).ok());
  EXPECT_EQ(ReadFile(run + "/" + kReportFile).value(), ReportHtml(SampleResult()));
}

}  // namespace
}  // namespace baton::bench
