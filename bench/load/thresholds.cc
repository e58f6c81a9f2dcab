#include "bench/load/thresholds.h"

#include <functional>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "bench/load/units.h"
#include "control/quote.h"

namespace baton::bench {
namespace {

enum class Kind : uint8_t { kTime, kShare, kCount, kBytes };

struct Metric {
  std::string name;
  Kind kind;
  // Nothing if it was not measured.
  std::function<std::optional<double>(const Summary&)> value;
};

using MeasuredIf = bool (*)(const Summary&);

void AddPercentiles(const std::string& prefix, Percentiles Summary::*part, MeasuredIf measured,
                    std::vector<Metric>& metrics) {
  const auto add = [&](const char* suffix, auto member) {
    metrics.push_back({prefix + suffix, Kind::kTime,
                       [part, measured, member](const Summary& summary) -> std::optional<double> {
                         if (!measured(summary)) return std::nullopt;
                         return static_cast<double>(summary.*part.*member);
                       }});
  };
  add("_p50", &Percentiles::p50);
  add("_p90", &Percentiles::p90);
  add("_p99", &Percentiles::p99);
  add("_p999", &Percentiles::p999);
  add("_max", &Percentiles::max);
  add("_mean", &Percentiles::mean);
}

void AddLegCounts(std::vector<Metric>& metrics) {
  const auto add = [&](const char* name, uint64_t LegCounts::*member) {
    metrics.push_back(
        {name, Kind::kCount, [member](const Summary& summary) -> std::optional<double> {
           if (summary.legs.expected == 0) return std::nullopt;
           return static_cast<double>(summary.legs.*member);
         }});
  };
  add("lost", &LegCounts::lost);
  add("duplicated", &LegCounts::duplicated);
  add("reordered", &LegCounts::reordered);
  add("corrupted", &LegCounts::corrupted);
  add("misdelivered", &LegCounts::misdelivered);
}

void AddNodeUse(std::vector<Metric>& metrics) {
  metrics.push_back(
      {"node_cpu_per_packet", Kind::kTime, [](const Summary& summary) -> std::optional<double> {
         if (summary.node.cpu_ns_per_packet_out <= 0) return std::nullopt;
         return summary.node.cpu_ns_per_packet_out;
       }});
  const auto add = [&](const char* name, Kind kind, uint64_t NodeUse::*member) {
    metrics.push_back({name, kind, [member](const Summary& summary) -> std::optional<double> {
                         if (!Measured(summary.node)) return std::nullopt;
                         return static_cast<double>(summary.node.*member);
                       }});
  };
  add("resident_memory", Kind::kBytes, &NodeUse::resident_bytes);
  add("send_failures", Kind::kCount, &NodeUse::send_failures);
  add("kernel_drops", Kind::kCount, &NodeUse::kernel_drops);
}

const std::vector<Metric>& Metrics() {
  static const std::vector<Metric> all = [] {
    std::vector<Metric> metrics = {
        {"loss", Kind::kShare, [](const Summary& summary) -> std::optional<double> {
           if (summary.legs.expected == 0) return std::nullopt;
           return LossOf(summary.legs);
         }}};
    AddPercentiles(
        "forward_latency", &Summary::latency,
        [](const Summary& summary) { return summary.legs.received > 0; }, metrics);
    AddPercentiles(
        "join_latency", &Summary::join_latency,
        [](const Summary& summary) { return summary.join_latency.max > 0; }, metrics);
    AddPercentiles(
        "generator_lag", &Summary::generator_lag,
        [](const Summary& summary) { return summary.sent > 0; }, metrics);
    AddLegCounts(metrics);
    AddNodeUse(metrics);
    return metrics;
  }();
  return all;
}

const Metric* FindMetric(std::string_view name) {
  for (const Metric& metric : Metrics()) {
    if (metric.name == name) return &metric;
  }
  return nullptr;
}

std::string_view Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

constexpr std::pair<std::string_view, Comparison> kOperators[] = {
    {"<", Comparison::kLess},
    {"<=", Comparison::kLessOrEqual},
    {">", Comparison::kGreater},
    {">=", Comparison::kGreaterOrEqual},
    {"==", Comparison::kEqual}};

std::optional<Comparison> FindComparison(std::string_view text) {
  for (const auto& [name, comparison] : kOperators) {
    if (name == text) return comparison;
  }
  return std::nullopt;
}

bool Holds(double value, Comparison comparison, double limit) {
  switch (comparison) {
    case Comparison::kLess:
      return value < limit;
    case Comparison::kLessOrEqual:
      return value <= limit;
    case Comparison::kGreater:
      return value > limit;
    case Comparison::kGreaterOrEqual:
      return value >= limit;
    case Comparison::kEqual:
      return value == limit;
  }
  return false;
}

absl::StatusOr<double> ParseLimit(Kind kind, std::string_view text) {
  if (kind == Kind::kShare) return ParseShare(text);
  if (kind == Kind::kTime) {
    const absl::StatusOr<Duration> duration = ParseDuration(text);
    if (!duration.ok()) return duration.status();
    // Elsewhere a bare number is seconds, and here nobody means those.
    if (text.back() >= '0' && text.back() <= '9') {
      return absl::InvalidArgumentError(
          absl::StrCat(control::Quoted(text), " has no unit; write ns, us, ms or s behind it"));
    }
    return static_cast<double>(duration->count());
  }
  const absl::StatusOr<uint64_t> count = kind == Kind::kBytes ? ParseBytes(text) : ParseCount(text);
  if (!count.ok()) return count.status();
  return static_cast<double>(*count);
}

std::string Rounded(Kind kind, double value) {
  switch (kind) {
    case Kind::kTime:
      return RoundedDuration(value);
    case Kind::kShare:
      return RoundedShare(value);
    case Kind::kCount:
      return GroupedCount(static_cast<uint64_t>(value));
    case Kind::kBytes:
      return RoundedBytes(value);
  }
  return {};
}

}  // namespace

std::vector<std::string> ThresholdMetrics() {
  std::vector<std::string> names;
  for (const Metric& metric : Metrics()) names.push_back(metric.name);
  return names;
}

absl::StatusOr<Threshold> ParseThreshold(std::string_view text) {
  const auto refuse = [&](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat("threshold ", control::Quoted(text), ": ", why));
  };
  const size_t begin = text.find_first_of("<>=!");
  if (begin == std::string_view::npos) {
    return refuse(
        "write a metric, an operator and a limit, such as forward_latency_p99<10ms or "
        "loss<=0.1%");
  }
  const size_t end = std::min(text.find_first_not_of("<>=!", begin), text.size());
  const std::string_view name = Trimmed(text.substr(0, begin));
  const Metric* metric = FindMetric(name);
  if (metric == nullptr) {
    return refuse(absl::StrCat("no metric ", control::Quoted(name), "; there are ",
                               absl::StrJoin(ThresholdMetrics(), ", ")));
  }
  const std::string_view symbol = text.substr(begin, end - begin);
  const std::optional<Comparison> comparison = FindComparison(symbol);
  if (!comparison) {
    return refuse(
        absl::StrCat("no operator ", control::Quoted(symbol), "; there are <, <=, >, >=, =="));
  }
  const absl::StatusOr<double> limit = ParseLimit(metric->kind, Trimmed(text.substr(end)));
  if (!limit.ok()) return refuse(limit.status().message());
  return Threshold{.text = std::string(text),
                   .metric = metric->name,
                   .comparison = *comparison,
                   .limit = *limit};
}

Judgement Judge(const Threshold& threshold, const Summary& summary) {
  const auto fails = [&](const char* why) {
    return Judgement{.holds = false, .text = absl::StrCat(threshold.text, ": ", why)};
  };
  if (summary.verdict == Verdict::kInvalid) return fails("not judged, the run is INVALID");
  const Metric* metric = FindMetric(threshold.metric);
  if (metric == nullptr) return fails("no such metric");
  const std::optional<double> value = metric->value(summary);
  if (!value) return fails("not measured");
  return {.holds = Holds(*value, threshold.comparison, threshold.limit),
          .text = absl::StrCat(threshold.text, ": ", Rounded(metric->kind, *value))};
}

bool JudgeAll(std::span<const Threshold> thresholds, Summary& summary) {
  summary.judgements.clear();
  bool all = true;
  for (const Threshold& threshold : thresholds) {
    summary.judgements.push_back(Judge(threshold, summary));
    all = all && summary.judgements.back().holds;
  }
  return all;
}

}  // namespace baton::bench
