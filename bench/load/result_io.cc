#include "bench/load/result_io.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/load/files.h"
#include "bench/load/percentile_text.h"
#include "bench/load/result_json.h"

namespace baton::bench {
namespace {

constexpr const char* kSummaryFormat = "baton-bench-summary";
constexpr const char* kHistogramsFormat = "baton-bench-histograms";
// Goes up when a reader of the last one would misread the files.
constexpr uint64_t kVersion = 1;

Json WithFormat(const char* format, const Json& content) {
  Json json = {{"format", format}, {"version", kVersion}};
  json.update(content);
  return json;
}

// Text from a node or a command line may be no UTF-8, which JSON has to be.
std::string Dump(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string IntervalLines(const std::vector<Interval>& intervals) {
  std::string lines;
  for (const Interval& interval : intervals) lines += Dump(ToJson(interval), -1);
  return lines;
}

std::string Histograms(const RunResult& result) {
  // A line for each histogram: there are thousands of buckets.
  std::string text =
      absl::StrCat("{\"format\": \"", kHistogramsFormat, "\", \"version\": ", kVersion);
  const auto add = [&](const char* name, const LatencyHistogram& histogram) {
    absl::StrAppend(&text, ",\n\"", name, "\": ", ToJson(histogram).dump());
  };
  add("latency", result.latency);
  add("join_latency", result.join_latency);
  add("generator_lag", result.generator_lag);
  return text + "}\n";
}

void CheckFormat(const Json& json, const char* format) {
  if (json.at("format") != format) throw std::range_error(absl::StrCat("format is not ", format));
  if (json.at("version") != kVersion) {
    throw std::range_error(
        absl::StrCat("version is not ", kVersion, "; read it with the baton-bench that wrote it"));
  }
}

void ReadSummary(const std::string& text, Summary& summary) {
  const Json json = Json::parse(text);
  CheckFormat(json, kSummaryFormat);
  summary = SummaryFromJson(json);
}

void ReadHistograms(const std::string& text, RunResult& result) {
  const Json json = Json::parse(text);
  CheckFormat(json, kHistogramsFormat);
  result.latency = HistogramFromJson(json.at("latency"));
  result.join_latency = HistogramFromJson(json.at("join_latency"));
  result.generator_lag = HistogramFromJson(json.at("generator_lag"));
}

void ReadIntervals(std::string_view text, std::vector<Interval>& intervals) {
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    try {
      intervals.push_back(IntervalFromJson(Json::parse(text.substr(0, end))));
    } catch (const std::exception& error) {
      throw std::range_error(absl::StrCat("line ", number, ": ", error.what()));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// Reads `dir`/`name` and hands its text to `parse`, whose exceptions become errors that name the
// file.
template <typename Parse>
absl::Status ReadPart(const std::string& dir, const char* name, Parse parse) {
  const std::string path = (std::filesystem::path(dir) / name).string();
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (absl::IsNotFound(text.status())) {
    return absl::InvalidArgumentError(
        absl::StrCat(dir, ": the result is incomplete: there is no ", name));
  }
  if (!text.ok()) return text.status();
  try {
    parse(*text);
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": not what baton-bench writes: ", error.what()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status WriteResult(const RunResult& result, const std::string& dir) {
  if (absl::Status status = MakeDirectory(dir); !status.ok()) return status;
  const std::filesystem::path base(dir);
  std::remove((base / kSummaryFile).c_str());
  const std::pair<const char*, std::string> files[] = {
      {kIntervalsFile, IntervalLines(result.intervals)},
      {kPercentilesFile, PercentileText(result.latency)},
      {kHistogramsFile, Histograms(result)},
      {kSummaryFile, Dump(WithFormat(kSummaryFormat, ToJson(result.summary)), 2)}};
  for (const auto& [name, content] : files) {
    if (absl::Status status = WriteFile((base / name).string(), content); !status.ok())
      return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<RunResult> ReadResult(const std::string& dir) {
  if (!std::filesystem::exists(std::filesystem::path(dir) / kSummaryFile)) {
    return absl::NotFoundError(absl::StrCat(dir, ": no result there (no ", kSummaryFile,
                                            "); name the directory that a run wrote with --out"));
  }
  RunResult result;
  absl::Status status = ReadPart(
      dir, kSummaryFile, [&](const std::string& text) { ReadSummary(text, result.summary); });
  if (status.ok()) {
    status = ReadPart(dir, kHistogramsFile,
                      [&](const std::string& text) { ReadHistograms(text, result); });
  }
  if (status.ok()) {
    status = ReadPart(dir, kIntervalsFile,
                      [&](const std::string& text) { ReadIntervals(text, result.intervals); });
  }
  if (!status.ok()) return status;
  return result;
}

}  // namespace baton::bench
