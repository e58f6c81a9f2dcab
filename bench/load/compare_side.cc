#include "bench/load/compare_side.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/load/result_io.h"

namespace baton::bench {
namespace {

// The directories of results in `dir`, or `dir` itself.
std::vector<std::string> RunsIn(const std::string& dir) {
  std::error_code error;
  const auto holds_result = [&](const std::filesystem::path& path) {
    return std::filesystem::exists(path / kSummaryFile, error);
  };
  if (holds_result(dir)) return {dir};
  std::vector<std::string> runs;
  for (const auto& entry : std::filesystem::directory_iterator(dir, error)) {
    if (holds_result(entry.path())) runs.push_back(entry.path().string());
  }
  std::sort(runs.begin(), runs.end());
  return runs;
}

}  // namespace

absl::StatusOr<Side> ReadSide(const std::string& dir) {
  const std::vector<std::string> dirs = RunsIn(dir);
  if (dirs.empty()) {
    return absl::NotFoundError(absl::StrCat(
        dir,
        ": no result there and none in its subdirectories; name the directory that a run wrote "
        "with --out, or one that holds several of those"));
  }
  Side side{.dir = dir};
  for (const std::string& run : dirs) {
    absl::StatusOr<RunResult> result = ReadResult(run);
    if (!result.ok()) return result.status();
    Side::Run read{.dir = run, .summary = std::move(result->summary)};
    if (read.summary.verdict == Verdict::kInvalid) {
      side.invalid.push_back(std::move(read));
    } else {
      side.runs.push_back(std::move(read));
    }
  }
  if (side.runs.empty()) side.runs = side.invalid;
  return side;
}

std::map<std::string, std::set<std::string>> Circumstances(const Side& side) {
  std::map<std::string, std::set<std::string>> all;
  for (const Side::Run& run : side.runs) {
    const Summary& summary = run.summary;
    const Environment& environment = summary.environment;
    all["scenario"].insert(summary.scenario);
    all["mode"].insert(summary.mode);
    all["measured for"].insert(absl::StrFormat("%.0f s", summary.duration_s));
    all["kernel"].insert(environment.host_kernel);
    all["CPU"].insert(absl::StrCat(environment.cpu_count, " x ", environment.cpu_model));
    all["commit"].insert(environment.commit);
    all["baton-bench"].insert(environment.bench_version);
    all["node"].insert(environment.node_address);
    all["node's version"].insert(environment.node_version);
    all["node's I/O"].insert(environment.node_io_backend);
    for (const auto& [name, value] : environment.sysctls) all[name].insert(value);
    for (const auto& [name, value] : summary.parameters) all[name].insert(value);
  }
  return all;
}

}  // namespace baton::bench
