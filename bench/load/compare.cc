#include "bench/load/compare.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "bench/load/compare_side.h"
#include "bench/load/units.h"
#include "cmd/batonctl/output/safe_text.h"
#include "cmd/batonctl/output/table.h"

namespace baton::bench {
namespace {

using cli::Align;
using cli::SafeText;
using cli::Table;

struct Figure {
  std::string name;
  std::string (*write)(double);
  // Nothing if it was not measured.
  std::optional<double> (*value)(const Summary&);
};

std::string Rate(double per_second) { return RoundedCount(per_second) + "/s"; }

double Double(uint64_t count) { return static_cast<double>(count); }

std::optional<double> PerSecond(double count, const Summary& summary) {
  if (summary.duration_s <= 0) return std::nullopt;
  return count / summary.duration_s;
}

template <auto Member>
std::optional<double> Latency(const Summary& summary) {
  if (summary.legs.received == 0) return std::nullopt;
  return static_cast<double>(summary.latency.*Member);
}

template <auto Member>
std::optional<double> JoinLatency(const Summary& summary) {
  if (summary.join_latency.max == 0) return std::nullopt;
  return static_cast<double>(summary.join_latency.*Member);
}

template <auto Member>
std::optional<double> Count(const Summary& summary) {
  if (summary.legs.expected == 0) return std::nullopt;
  return Double(summary.legs.*Member);
}

template <auto Member>
std::optional<double> OfNode(const Summary& summary) {
  if (!Measured(summary.node)) return std::nullopt;
  return static_cast<double>(summary.node.*Member);
}

std::optional<double> Loss(const Summary& summary) {
  if (summary.legs.expected == 0) return std::nullopt;
  return LossOf(summary.legs);
}

std::optional<double> GeneratorLag(const Summary& summary) {
  if (summary.sent == 0) return std::nullopt;
  return Double(summary.generator_lag.p99);
}

std::optional<double> CpuPerPacket(const Summary& summary) {
  if (summary.node.cpu_ns_per_packet_out <= 0) return std::nullopt;
  return summary.node.cpu_ns_per_packet_out;
}

std::optional<double> CpuShare(const Summary& summary) {
  if (!Measured(summary.node)) return std::nullopt;
  return PerSecond(summary.node.cpu_s, summary);
}

const std::vector<Figure>& Figures() {
  static const std::vector<Figure> figures = {
      {"loss", RoundedShare, Loss},
      {"latency p50", RoundedDuration, Latency<&Percentiles::p50>},
      {"latency p90", RoundedDuration, Latency<&Percentiles::p90>},
      {"latency p99", RoundedDuration, Latency<&Percentiles::p99>},
      {"latency p99.9", RoundedDuration, Latency<&Percentiles::p999>},
      {"latency max", RoundedDuration, Latency<&Percentiles::max>},
      {"latency mean", RoundedDuration, Latency<&Percentiles::mean>},
      {"join latency p50", RoundedDuration, JoinLatency<&Percentiles::p50>},
      {"join latency p99", RoundedDuration, JoinLatency<&Percentiles::p99>},
      {"generator lag p99", RoundedDuration, GeneratorLag},
      {"CPU per packet out", RoundedDuration, CpuPerPacket},
      {"CPU of a core", RoundedShare, CpuShare},
      {"memory, resident", RoundedBytes, OfNode<&NodeUse::resident_bytes>},
      {"sent", Rate, [](const Summary& s) { return PerSecond(Double(s.sent), s); }},
      {"received", Rate, [](const Summary& s) { return PerSecond(Double(s.legs.received), s); }},
      {"duplicated", RoundedCount, Count<&LegCounts::duplicated>},
      {"reordered", RoundedCount, Count<&LegCounts::reordered>},
      {"corrupted", RoundedCount, Count<&LegCounts::corrupted>},
      {"misdelivered", RoundedCount, Count<&LegCounts::misdelivered>},
      {"dropped by the kernel", RoundedCount, OfNode<&NodeUse::kernel_drops>},
      {"failed to send", RoundedCount, OfNode<&NodeUse::send_failures>},
  };
  return figures;
}

// The figure of each run that measured it, the smallest first.
std::vector<double> ValuesOf(const Figure& figure, const Side& side) {
  std::vector<double> values;
  for (const Side::Run& run : side.runs) {
    if (const std::optional<double> value = figure.value(run.summary)) values.push_back(*value);
  }
  std::sort(values.begin(), values.end());
  return values;
}

double Median(const std::vector<double>& sorted) {
  const size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

std::string Spread(const Figure& figure, const std::vector<double>& sorted) {
  if (sorted.size() < 2) return {};
  return absl::StrCat(figure.write(sorted.front()), " .. ", figure.write(sorted.back()));
}

std::string Ratio(double a, double b) {
  if (a == b) return "1.00";
  if (a == 0) return {};
  return absl::StrFormat("%.2f", b / a);
}

// Figures that neither side has measured are left out.
std::string FigureTable(const Side& a, const Side& b) {
  const bool spreads = a.runs.size() > 1 || b.runs.size() > 1;
  std::vector<cli::Column> columns = {
      {"figure"}, {"A", Align::kRight}, {"B", Align::kRight}, {"B/A", Align::kRight}};
  if (spreads) {
    columns = {{"median of"},        {"A", Align::kRight},          {"min .. max", Align::kRight},
               {"B", Align::kRight}, {"min .. max", Align::kRight}, {"B/A", Align::kRight}};
  }
  Table table(columns);
  for (const Figure& figure : Figures()) {
    const std::vector<double> of_a = ValuesOf(figure, a);
    const std::vector<double> of_b = ValuesOf(figure, b);
    if (of_a.empty() && of_b.empty()) continue;
    const auto middle = [&](const std::vector<double>& values) {
      return values.empty() ? std::string() : figure.write(Median(values));
    };
    const std::string ratio =
        of_a.empty() || of_b.empty() ? std::string() : Ratio(Median(of_a), Median(of_b));
    if (spreads) {
      table.Add({figure.name, middle(of_a), Spread(figure, of_a), middle(of_b),
                 Spread(figure, of_b), ratio});
    } else {
      table.Add({figure.name, middle(of_a), middle(of_b), ratio});
    }
  }
  return table.Render();
}

std::string InvalidNotes(char name, const Side& side) {
  std::string text;
  const bool left_out = side.runs.front().summary.verdict == Verdict::kValid;
  for (const Side::Run& run : side.invalid) {
    absl::StrAppend(&text, "INVALID: ", std::string(1, name), ", ", SafeText(run.dir), ": ",
                    SafeText(run.summary.verdict_reason),
                    left_out ? "; left out\n" : "; the figures say nothing about the node\n");
  }
  return text;
}

std::string Head(char name, const Side& side) {
  return absl::StrCat(std::string(1, name), ": ", SafeText(side.dir), ", ", side.runs.size(),
                      side.runs.size() == 1 ? " run\n" : " runs\n");
}

// What is not the same everywhere.
std::string Differences(const Side& a, const Side& b) {
  auto of_a = Circumstances(a);
  auto of_b = Circumstances(b);
  std::set<std::string> names;
  for (const auto& [name, values] : of_a) names.insert(name);
  for (const auto& [name, values] : of_b) names.insert(name);
  Table table({{"not the same"}, {"A"}, {"B"}});
  bool any = false;
  for (const std::string& name : names) {
    if (of_a[name] == of_b[name] && of_a[name].size() == 1) continue;
    table.Add({name, absl::StrJoin(of_a[name], " | "), absl::StrJoin(of_b[name], " | ")});
    any = true;
  }
  return any ? table.Render() + "\n" : std::string();
}

}  // namespace

absl::StatusOr<std::string> Compare(const std::string& dir_a, const std::string& dir_b) {
  const absl::StatusOr<Side> a = ReadSide(dir_a);
  if (!a.ok()) return a.status();
  const absl::StatusOr<Side> b = ReadSide(dir_b);
  if (!b.ok()) return b.status();
  return absl::StrCat(InvalidNotes('A', *a), InvalidNotes('B', *b), Head('A', *a), Head('B', *b),
                      "\n", Differences(*a, *b), FigureTable(*a, *b));
}

}  // namespace baton::bench
