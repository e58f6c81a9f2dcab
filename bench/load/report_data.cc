#include "bench/load/report_data.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/str_replace.h"
#include "bench/load/result_json.h"

namespace baton::bench {
namespace {

using Value = std::optional<double>;

void TakeHigher(const Percentiles& from, Percentiles& to) {
  to.p50 = std::max(to.p50, from.p50);
  to.p90 = std::max(to.p90, from.p90);
  to.p99 = std::max(to.p99, from.p99);
  to.p999 = std::max(to.p999, from.p999);
  to.max = std::max(to.max, from.max);
  to.mean = std::max(to.mean, from.mean);
}

void AddNode(const NodeUse& from, NodeUse& to) {
  to.cpu_s += from.cpu_s;
  to.packets_in += from.packets_in;
  to.packets_out += from.packets_out;
  to.cpu_ns_per_packet_out =
      to.packets_out == 0 ? 0 : to.cpu_s * 1e9 / static_cast<double>(to.packets_out);
  to.resident_bytes = from.resident_bytes;
  to.kernel_drops += from.kernel_drops;
  to.send_failures += from.send_failures;
}

void Merge(const Interval& from, Interval& to) {
  to.length_s = from.start_s + from.length_s - to.start_s;
  to.sent += from.sent;
  to.sent_bytes += from.sent_bytes;
  Add(from.legs, to.legs);
  to.received_bytes += from.received_bytes;
  TakeHigher(from.latency, to.latency);
  to.generator_lag_max = std::max(to.generator_lag_max, from.generator_lag_max);
  to.joins += from.joins;
  to.leaves += from.leaves;
  AddNode(from.node, to.node);
}

Json ToJson(const Value& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

// A value of every interval, or nothing where it was not measured.
template <typename ValueOf>
Json Series(const char* name, const char* role, const std::vector<Interval>& intervals,
            ValueOf value_of) {
  Json values = Json::array();
  for (const Interval& interval : intervals) {
    const Value value = value_of(interval);
    values.push_back(ToJson(value));
  }
  return {{"name", name}, {"role", role}, {"values", std::move(values)}};
}

Value PerSecond(uint64_t count, const Interval& interval) {
  if (interval.length_s <= 0) return std::nullopt;
  return static_cast<double>(count) / interval.length_s;
}

// Of a count of the interval.
template <typename CountOf>
Json Rate(const char* name, const char* role, const std::vector<Interval>& intervals,
          CountOf count_of) {
  return Series(name, role, intervals,
                [&](const Interval& interval) { return PerSecond(count_of(interval), interval); });
}

enum class Axis : uint8_t { kLinear, kMaybeLogarithmic };

Json Plot(const char* title, const char* note, const char* unit, Axis axis, Json series) {
  return {{"title", title},
          {"note", note},
          {"unit", unit},
          {"log", axis == Axis::kMaybeLogarithmic},
          {"series", std::move(series)}};
}

Json RatePlot(const char* title, Json series) {
  return Plot(title, "", "per_second", Axis::kLinear, std::move(series));
}

Json LegPlot(const std::vector<Interval>& intervals, bool stun) {
  return RatePlot(
      stun ? "Requests per second" : "Packets to subscribers per second",
      Json::array({Rate(stun ? "answered" : "received", "first", intervals,
                        [](const Interval& i) { return i.legs.received; }),
                   Rate(stun ? "asked" : "expected", "quiet", intervals,
                        [](const Interval& i) { return i.legs.expected; }),
                   Rate("lost", "bad", intervals, [](const Interval& i) { return i.legs.lost; })}));
}

Json LossPlot(const std::vector<Interval>& intervals) {
  const auto loss = [](const Interval& interval) -> Value {
    if (interval.legs.expected == 0) return std::nullopt;
    return LossOf(interval.legs);
  };
  return Plot("Loss", "", "share", Axis::kLinear,
              Json::array({Series("lost", "bad", intervals, loss)}));
}

Json LatencyPlot(const std::vector<Interval>& intervals, bool stun) {
  const auto series = [&](const char* name, const char* role, uint64_t Percentiles::*member) {
    return Series(name, role, intervals, [member](const Interval& interval) -> Value {
      if (interval.legs.received == 0) return std::nullopt;
      return static_cast<double>(interval.latency.*member);
    });
  };
  return Plot(stun ? "Round trip over time" : "Forward latency over time", "", "ns",
              Axis::kMaybeLogarithmic,
              Json::array({series("p50", "first", &Percentiles::p50),
                           series("p99", "second", &Percentiles::p99),
                           series("max", "quiet", &Percentiles::max)}));
}

// Twenty points for each factor of ten by which the share of what is slower shrinks, up to the
// slowest. The very fastest is none of them: one packet would decide what the axis begins with.
std::vector<double> Distances(uint64_t count) {
  constexpr double kPointsPerDecade = 20;
  std::vector<double> distances;
  for (int i = 1; std::pow(10, i / kPointsPerDecade) < static_cast<double>(count); ++i) {
    distances.push_back(std::pow(10, i / kPointsPerDecade));
  }
  distances.push_back(static_cast<double>(count));
  return distances;
}

Json QuantileSeries(const char* name, const char* role, const LatencyHistogram& histogram,
                    const std::vector<double>& distances) {
  Json values = Json::array();
  for (const double distance : distances) {
    // Beyond that there is no packet to tell of.
    const bool known = distance <= static_cast<double>(histogram.count());
    const auto ns = static_cast<double>(histogram.Quantile(1 - 1 / distance));
    values.push_back(ToJson(known ? Value(ns) : std::nullopt));
  }
  return {{"name", name}, {"role", role}, {"values", std::move(values)}};
}

Json PercentilePlot(const RunResult& result, bool stun) {
  const uint64_t most = std::max({result.latency.count(), result.join_latency.count(),
                                  result.generator_lag.count(), uint64_t{1}});
  const std::vector<double> distances = Distances(most);
  Json series = Json::array(
      {QuantileSeries(stun ? "round trip" : "forward", "first", result.latency, distances)});
  if (result.join_latency.count() > 0) {
    series.push_back(QuantileSeries("join", "third", result.join_latency, distances));
  }
  series.push_back(QuantileSeries("generator lag", "quiet", result.generator_lag, distances));
  Json plot = Plot("Latency by percentile", "", "ns", Axis::kMaybeLogarithmic, std::move(series));
  plot["distances"] = distances;
  return plot;
}

Json LagPlot(const std::vector<Interval>& intervals) {
  const auto lag = [](const Interval& interval) -> Value {
    if (interval.sent == 0) return std::nullopt;
    return static_cast<double>(interval.generator_lag_max);
  };
  return Plot("Lag of the generator", "sent later than scheduled", "ns", Axis::kMaybeLogarithmic,
              Json::array({Series("max", "first", intervals, lag)}));
}

Json SentPlot(const std::vector<Interval>& intervals) {
  return RatePlot(
      "Packets from publishers per second",
      Json::array({Rate("sent", "first", intervals, [](const Interval& i) { return i.sent; })}));
}

Json JoinPlot(const std::vector<Interval>& intervals) {
  return RatePlot(
      "Coming and going per second",
      Json::array(
          {Rate("joins", "first", intervals, [](const Interval& i) { return i.joins; }),
           Rate("leaves", "second", intervals, [](const Interval& i) { return i.leaves; })}));
}

Json WrongPlot(const std::vector<Interval>& intervals) {
  return RatePlot(
      "Packets doubled, out of order or wrong per second",
      Json::array({Rate("duplicated", "second", intervals,
                        [](const Interval& i) { return i.legs.duplicated; }),
                   Rate("reordered", "third", intervals,
                        [](const Interval& i) { return i.legs.reordered; }),
                   Rate("corrupted or misdelivered", "bad", intervals, [](const Interval& i) {
                     return i.legs.corrupted + i.legs.misdelivered;
                   })}));
}

Json CpuPlot(const std::vector<Interval>& intervals) {
  const auto cpu = [](const Interval& interval) -> Value {
    if (interval.node.cpu_ns_per_packet_out <= 0) return std::nullopt;
    return interval.node.cpu_ns_per_packet_out;
  };
  return Plot("CPU of the node per packet out", "", "ns", Axis::kLinear,
              Json::array({Series("CPU", "first", intervals, cpu)}));
}

Json MemoryPlot(const std::vector<Interval>& intervals) {
  const auto resident = [](const Interval& interval) -> Value {
    if (!Measured(interval.node)) return std::nullopt;
    return static_cast<double>(interval.node.resident_bytes);
  };
  return Plot("Memory of the node", "", "bytes", Axis::kLinear,
              Json::array({Series("resident", "first", intervals, resident)}));
}

Json DropPlot(const std::vector<Interval>& intervals) {
  return RatePlot("Drops of the node per second",
                  Json::array({Rate("by the kernel", "bad", intervals,
                                    [](const Interval& i) { return i.node.kernel_drops; }),
                               Rate("failed to send", "second", intervals,
                                    [](const Interval& i) { return i.node.send_failures; })}));
}

template <typename Predicate>
bool Any(const std::vector<Interval>& intervals, Predicate predicate) {
  return std::any_of(intervals.begin(), intervals.end(), predicate);
}

// Those that say something about this run.
Json Plots(const RunResult& result, const std::vector<Interval>& intervals) {
  const bool stun = result.summary.mode == "stun";
  Json plots = Json::array({LegPlot(intervals, stun), LossPlot(intervals),
                            LatencyPlot(intervals, stun), PercentilePlot(result, stun)});
  if (Any(intervals, [](const Interval& i) { return Measured(i.node); })) {
    plots.push_back(CpuPlot(intervals));
    plots.push_back(MemoryPlot(intervals));
  }
  if (!stun) plots.push_back(SentPlot(intervals));
  plots.push_back(LagPlot(intervals));
  if (Any(intervals, [](const Interval& i) { return i.joins + i.leaves > 0; })) {
    plots.push_back(JoinPlot(intervals));
  }
  if (Any(intervals, [](const Interval& i) {
        const LegCounts& legs = i.legs;
        return legs.duplicated + legs.reordered + legs.corrupted + legs.misdelivered > 0;
      })) {
    plots.push_back(WrongPlot(intervals));
  }
  if (Any(intervals,
          [](const Interval& i) { return i.node.kernel_drops + i.node.send_failures > 0; })) {
    plots.push_back(DropPlot(intervals));
  }
  return plots;
}

}  // namespace

std::vector<Interval> Thinned(const std::vector<Interval>& intervals) {
  const size_t group = (intervals.size() + kMaxPoints - 1) / kMaxPoints;
  std::vector<Interval> thinned;
  for (size_t i = 0; i < intervals.size(); ++i) {
    if (i % group == 0) {
      thinned.push_back(intervals[i]);
    } else {
      Merge(intervals[i], thinned.back());
    }
  }
  return thinned;
}

std::string ReportData(const RunResult& result) {
  const std::vector<Interval> intervals = Thinned(result.intervals);
  Json start = Json::array();
  Json end = Json::array();
  for (const Interval& interval : intervals) {
    start.push_back(interval.start_s);
    end.push_back(interval.start_s + interval.length_s);
  }
  const Json data = {
      {"start", std::move(start)}, {"end", std::move(end)}, {"plots", Plots(result, intervals)}};
  return absl::StrReplaceAll(data.dump(-1, ' ', true), {{"<", "\\u003c"}});
}

}  // namespace baton::bench
