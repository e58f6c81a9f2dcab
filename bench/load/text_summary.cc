#include "bench/load/text_summary.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/load/units.h"
#include "cmd/batonctl/output/safe_text.h"
#include "cmd/batonctl/output/table.h"

namespace baton::bench {
namespace {

using cli::Align;
using cli::FieldList;
using cli::SafeText;
using cli::Table;

double PerSecond(double count, double seconds) { return seconds > 0 ? count / seconds : 0; }

std::string Head(const Summary& summary) {
  const Environment& environment = summary.environment;
  std::string text =
      absl::StrFormat("%s (%s), %s", SafeText(summary.scenario), SafeText(summary.mode),
                      RoundedDuration(summary.duration_s * 1e9));
  if (!environment.node_address.empty()) {
    absl::StrAppend(&text, " against ", SafeText(environment.node_address));
  }
  if (!environment.node_io_backend.empty()) {
    absl::StrAppend(&text, " (", SafeText(environment.node_io_backend), ")");
  }
  absl::StrAppend(&text, "\n");
  if (summary.verdict == Verdict::kValid) return text + "VALID: the generator kept its schedule\n";
  return text + absl::StrCat("INVALID: ", SafeText(summary.verdict_reason),
                             "\nThe figures say nothing about the node.\n");
}

std::string Packets(const Summary& summary) {
  const LegCounts& legs = summary.legs;
  const double seconds = summary.duration_s;
  Table table({{"packets"}, {"total", Align::kRight}, {"", Align::kRight}});
  const auto per_second = [&](uint64_t count) {
    return absl::StrCat(RoundedCount(PerSecond(static_cast<double>(count), seconds)), "/s");
  };
  table.Add({"sent", GroupedCount(summary.sent),
             absl::StrCat(
                 per_second(summary.sent), ", ",
                 RoundedBitrate(PerSecond(static_cast<double>(summary.sent_bytes) * 8, seconds)))});
  table.Add({"expected", GroupedCount(legs.expected), per_second(legs.expected)});
  table.Add({"received", GroupedCount(legs.received), per_second(legs.received)});
  table.Add({"lost", GroupedCount(legs.lost), RoundedShare(LossOf(legs))});
  const auto add_if_any = [&](const char* name, uint64_t count) {
    if (count > 0) table.Add({name, GroupedCount(count), " "});
  };
  add_if_any("duplicated", legs.duplicated);
  add_if_any("reordered", legs.reordered);
  add_if_any("corrupted", legs.corrupted);
  add_if_any("misdelivered", legs.misdelivered);
  return table.Render();
}

std::string Latencies(const Summary& summary) {
  Table table({{"latency"},
               {"p50", Align::kRight},
               {"p90", Align::kRight},
               {"p99", Align::kRight},
               {"p99.9", Align::kRight},
               {"max", Align::kRight},
               {"mean", Align::kRight}});
  const auto add = [&](const char* name, const Percentiles& p, bool measured) {
    std::vector<std::string> cells = {name};
    for (const double ns :
         {static_cast<double>(p.p50), static_cast<double>(p.p90), static_cast<double>(p.p99),
          static_cast<double>(p.p999), static_cast<double>(p.max), p.mean}) {
      cells.push_back(measured ? RoundedDuration(ns) : "");
    }
    table.Add(std::move(cells));
  };
  add(summary.mode == "stun" ? "round trip" : "forward", summary.latency,
      summary.legs.received > 0);
  if (summary.join_latency.max > 0) add("join", summary.join_latency, true);
  add("generator lag", summary.generator_lag, summary.sent > 0);
  return table.Render();
}

std::string Node(const Summary& summary) {
  const NodeUse& node = summary.node;
  FieldList fields;
  if (Measured(node)) {
    const double busy = PerSecond(node.cpu_s, summary.duration_s);
    fields.Add(
        "node",
        absl::StrCat(node.cpu_ns_per_packet_out > 0
                         ? RoundedDuration(node.cpu_ns_per_packet_out) + " CPU per packet out, "
                         : "",
                     RoundedShare(busy), " of a core, ",
                     RoundedBytes(static_cast<double>(node.resident_bytes)), " resident"));
    fields.Add("node's drops", absl::StrCat(GroupedCount(node.kernel_drops), " by the kernel, ",
                                            GroupedCount(node.send_failures), " failed to send"));
  } else {
    fields.Add("node", "tells nothing of itself");
  }
  std::string dropped;
  for (const auto& [reason, count] : node.dropped) {
    absl::StrAppend(&dropped, dropped.empty() ? "" : ", ", reason, " ", GroupedCount(count));
  }
  if (!dropped.empty()) fields.Add("dropped", dropped);
  if (summary.joins + summary.leaves > 0) {
    fields.Add("participants", absl::StrCat(GroupedCount(summary.joins), " came, ",
                                            GroupedCount(summary.leaves), " went"));
  }
  if (summary.control_errors > 0)
    fields.Add("control errors", GroupedCount(summary.control_errors));
  return fields.Render();
}

std::string Thresholds(const Summary& summary) {
  std::string text;
  for (const Judgement& judgement : summary.judgements) {
    absl::StrAppend(&text, judgement.holds ? "holds  " : "FAILS  ", SafeText(judgement.text), "\n");
  }
  return text;
}

}  // namespace

std::string TextSummary(const Summary& summary) {
  const std::string thresholds = Thresholds(summary);
  return absl::StrCat(Head(summary), "\n", Packets(summary), "\n", Latencies(summary), "\n",
                      Node(summary), thresholds.empty() ? "" : "\n", thresholds);
}

}  // namespace baton::bench
