#include "bench/load/percentile_text.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"

namespace baton::bench {
namespace {

constexpr double kLinesPerHalving = 5;
constexpr double kNsPerMs = 1e6;

// The share that the next line is about.
double Next(double share) {
  const double halvings = std::floor(std::log2(1 / (1 - share))) + 1;
  return share + 1 / (kLinesPerHalving * std::exp2(halvings));
}

}  // namespace

std::string PercentileText(const LatencyHistogram& histogram) {
  std::string text = absl::StrFormat("%12s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount",
                                     "1/(1-Percentile)");
  const auto count = static_cast<double>(histogram.count());
  double share = 0;
  uint64_t seen = 0;
  for (size_t i = 0; i < histogram.size(); ++i) {
    if (histogram.bucket(i) == 0) continue;
    seen += histogram.bucket(i);
    const double value =
        static_cast<double>(std::min(LatencyHistogram::UpperBound(i), histogram.max())) / kNsPerMs;
    for (; seen < histogram.count() && share * count <= static_cast<double>(seen);
         share = Next(share)) {
      absl::StrAppendFormat(&text, "%12.6f %14.12f %10d %14.2f\n", value, share, seen,
                            1 / (1 - share));
    }
    if (seen == histogram.count()) {
      absl::StrAppendFormat(&text, "%12.6f %14.12f %10d\n", value, 1.0, seen);
    }
  }
  absl::StrAppendFormat(&text, "#[Mean    = %12.6f, StdDeviation   = %12.6f]\n",
                        histogram.mean() / kNsPerMs, histogram.StandardDeviation() / kNsPerMs);
  absl::StrAppendFormat(&text, "#[Max     = %12.6f, Total count    = %12d]\n",
                        static_cast<double>(histogram.max()) / kNsPerMs, histogram.count());
  absl::StrAppendFormat(&text, "#[Buckets = %12d, SubBuckets     = %12d]\n",
                        histogram.size() / LatencyHistogram::kSubBuckets,
                        LatencyHistogram::kSubBuckets);
  return text;
}

}  // namespace baton::bench
