#include "bench/load/result.h"

namespace baton::bench {

Percentiles PercentilesOf(const LatencyHistogram& histogram) {
  return {.p50 = histogram.Quantile(0.5),
          .p90 = histogram.Quantile(0.9),
          .p99 = histogram.Quantile(0.99),
          .p999 = histogram.Quantile(0.999),
          .max = histogram.max(),
          .mean = histogram.mean()};
}

void Add(const LegCounts& more, LegCounts& sum) {
  sum.expected += more.expected;
  sum.received += more.received;
  sum.lost += more.lost;
  sum.duplicated += more.duplicated;
  sum.reordered += more.reordered;
  sum.corrupted += more.corrupted;
  sum.misdelivered += more.misdelivered;
}

double LossOf(const LegCounts& legs) {
  if (legs.expected == 0) return 0;
  return static_cast<double>(legs.lost) / static_cast<double>(legs.expected);
}

}  // namespace baton::bench
