// A run's result as one HTML file with plots, which needs neither network nor any other file.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "bench/load/result.h"

namespace baton::bench {

inline constexpr const char* kReportFile = "report.html";

// The page: bench/load/report.html.in with the result in it.
std::string ReportHtml(const RunResult& result);

// Writes `dir`/report.html; makes `dir` if it is not there.
absl::Status WriteReport(const RunResult& result, const std::string& dir);

}  // namespace baton::bench
