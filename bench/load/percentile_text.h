// The text format in which HdrHistogram's tools exchange a distribution by percentile, and which
// its plotters draw.
#pragma once

#include <string>

#include "bench/load/latency_histogram.h"

namespace baton::bench {

// In ms. Lines come closer as they near 100 %: five for each halving of the distance.
std::string PercentileText(const LatencyHistogram& histogram);

}  // namespace baton::bench
