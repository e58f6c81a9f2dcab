// What page/report.js draws, as JSON:
//
//   {"start": [s, ...], "end": [s, ...],    the points in time: intervals since the run began
//    "plots": [{"title", "note",            the heading and what stands beside it
//               "unit": "ns" | "per_second" | "bytes" | "share",
//               "log": whether the values may be drawn on a logarithmic scale,
//               "distances": [...],         only in a plot by percentile: 1 / (1 - share) of each
//               point,
//                                           otherwise a value belongs to a point in time
//               "series": [{"name", "role", "values": [number or null if not measured, ...]}]}]}
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bench/load/result.h"

namespace baton::bench {

// As many points as a plot can show.
inline constexpr size_t kMaxPoints = 600;

// As many intervals together as it takes for kMaxPoints at most: counts are sums, latencies the
// highest of any.
std::vector<Interval> Thinned(const std::vector<Interval>& intervals);

// In ASCII and without "<", so that it can stand in a <script>.
std::string ReportData(const RunResult& result);

}  // namespace baton::bench
