// What a run has to keep to: "forward_latency_p99<10ms", "loss<=0.1%".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/load/result.h"

namespace baton::bench {

enum class Comparison : uint8_t { kLess, kLessOrEqual, kGreater, kGreaterOrEqual, kEqual };

struct Threshold {
  std::string text;    // as it was written
  std::string metric;  // one of ThresholdMetrics()
  Comparison comparison = Comparison::kLess;
  double limit = 0;  // in the metric's base unit: ns, a share of 1, bytes, or a count
};

// Metric, operator (< <= > >= ==), number with a unit that the metric has: ns us ms s for times; %
// or none for shares; none, k or M for counts; and those or kB, MB, GB for bytes. Blanks around the
// operator are allowed. InvalidArgument lists what there is.
absl::StatusOr<Threshold> ParseThreshold(std::string_view text);

// The names of all metrics, in the order of the documentation.
std::vector<std::string> ThresholdMetrics();

// A figure that was not measured (the latency of no packets, the CPU of a node that does not tell)
// and every figure of an INVALID run fail a threshold, whatever it is: the text says so.
// `summary.judgements` is not looked at.
Judgement Judge(const Threshold& threshold, const Summary& summary);

// One judgement for each threshold, into `summary.judgements`, from where files and reports have
// them. Whether all hold.
bool JudgeAll(std::span<const Threshold> thresholds, Summary& summary);

}  // namespace baton::bench
