// A run's result as a directory of files, which docs/benchmark-results.md describes field by field:
//
//   summary.json      the summary, the environment and the parameters
//   intervals.jsonl   one interval a line
//   latency.hgrm      the forward latency by percentile, as HdrHistogram's plotters read it; in ms
//   histograms.json   all histograms, bucket by bucket
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/load/result.h"

namespace baton::bench {

inline constexpr const char* kSummaryFile = "summary.json";
inline constexpr const char* kIntervalsFile = "intervals.jsonl";
inline constexpr const char* kPercentilesFile = "latency.hgrm";
inline constexpr const char* kHistogramsFile = "histograms.json";

// Makes `dir`, and those that it is in, if they are not there. Each file gets its name when it is
// complete, the summary last: a directory with a summary is a whole result. Files of an earlier run
// are replaced, others left alone.
absl::Status WriteResult(const RunResult& result, const std::string& dir);

// All that WriteResult() wrote: what latency.hgrm says is in histograms.json. NotFound if `dir`
// holds no result; InvalidArgument, with the file and what is wrong there, if it is incomplete or
// garbled.
absl::StatusOr<RunResult> ReadResult(const std::string& dir);

}  // namespace baton::bench
