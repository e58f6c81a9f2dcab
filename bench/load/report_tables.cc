#include "bench/load/report_tables.h"

#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "bench/load/html.h"
#include "bench/load/units.h"

namespace baton::bench {
namespace {

constexpr const char* kNotMeasured = "–";

// A terminal may not have the letter.
std::string Time(double ns) { return absl::StrReplaceAll(RoundedDuration(ns), {{" us", " µs"}}); }

double Double(uint64_t count) { return static_cast<double>(count); }

double PerSecond(double count, const Summary& summary) {
  return summary.duration_s > 0 ? count / summary.duration_s : 0;
}

std::string Rate(uint64_t count, const Summary& summary) {
  return RoundedCount(PerSecond(Double(count), summary)) + "/s";
}

std::string CpuPerPacket(const NodeUse& node) {
  return node.cpu_ns_per_packet_out > 0 ? Time(node.cpu_ns_per_packet_out) : kNotMeasured;
}

struct Tile {
  std::string name;
  std::string figure;
  std::string detail;
  const char* kind = "";  // a class of page/report.css
};

std::string Html(const Tile& tile) {
  return absl::StrCat("<div class=\"tile ", tile.kind, "\"><dl><dt>", HtmlEscaped(tile.name),
                      "</dt><dd>", HtmlEscaped(tile.figure), "</dd></dl><small>",
                      HtmlEscaped(tile.detail), "</small></div>\n");
}

std::vector<Tile> TrafficTiles(const Summary& summary) {
  const LegCounts& legs = summary.legs;
  const bool stun = summary.mode == "stun";
  std::vector<Tile> tiles;
  tiles.push_back({stun ? "Answered" : "Delivered", Rate(legs.received, summary),
                   absl::StrCat(GroupedCount(legs.received), stun ? " answers" : " packets")});
  tiles.push_back({"Loss", legs.expected > 0 ? RoundedShare(LossOf(legs)) : kNotMeasured,
                   absl::StrCat(GroupedCount(legs.lost), " of ", GroupedCount(legs.expected))});
  const uint64_t wrong = legs.corrupted + legs.misdelivered;
  if (wrong > 0) {
    tiles.push_back({"Wrong packets", GroupedCount(wrong), "corrupted or misdelivered", "bad"});
  }
  const Percentiles& latency = summary.latency;
  const bool measured = legs.received > 0;
  tiles.push_back({stun ? "Round trip, p99" : "Latency, p99",
                   measured ? Time(Double(latency.p99)) : kNotMeasured,
                   measured ? absl::StrCat("p50 ", Time(Double(latency.p50)), ", max ",
                                           Time(Double(latency.max)))
                            : "nothing arrived"});
  return tiles;
}

std::vector<Tile> NodeTiles(const Summary& summary) {
  const NodeUse& node = summary.node;
  if (!Measured(node)) return {};
  return {{"CPU per packet", CpuPerPacket(node),
           RoundedShare(PerSecond(node.cpu_s, summary)) + " of a core"},
          {"Memory", RoundedBytes(Double(node.resident_bytes)), "of the node, at the end"}};
}

std::string PacketTable(const Summary& summary) {
  const LegCounts& legs = summary.legs;
  HtmlTable table("Packets");
  table.Head({"", "total", "per second", "of expected"});
  const auto add = [&](const char* name, uint64_t count) {
    const double share = legs.expected == 0 ? 0 : Double(count) / Double(legs.expected);
    table.Numbers(name, {GroupedCount(count), Rate(count, summary), RoundedShare(share)});
  };
  table.Numbers("sent", {GroupedCount(summary.sent), Rate(summary.sent, summary), ""});
  table.Numbers("sent, size",
                {RoundedBytes(Double(summary.sent_bytes)),
                 RoundedBitrate(PerSecond(Double(summary.sent_bytes) * 8, summary)), ""});
  table.Numbers("expected", {GroupedCount(legs.expected), Rate(legs.expected, summary), ""});
  table.Numbers("received", {GroupedCount(legs.received), Rate(legs.received, summary), ""});
  add("lost", legs.lost);
  add("duplicated", legs.duplicated);
  add("reordered", legs.reordered);
  add("corrupted", legs.corrupted);
  add("misdelivered", legs.misdelivered);
  return std::move(table).Take();
}

std::string LatencyTable(const Summary& summary) {
  HtmlTable table("Latency");
  table.Head({"", "p50", "p90", "p99", "p99.9", "max", "mean"});
  const auto add = [&](const char* name, const Percentiles& p, bool measured) {
    std::vector<std::string> cells;
    for (const double ns :
         {Double(p.p50), Double(p.p90), Double(p.p99), Double(p.p999), Double(p.max), p.mean}) {
      cells.push_back(measured ? Time(ns) : kNotMeasured);
    }
    table.Numbers(name, cells);
  };
  add(summary.mode == "stun" ? "round trip" : "forward", summary.latency,
      summary.legs.received > 0);
  if (summary.join_latency.max > 0) add("join", summary.join_latency, true);
  add("generator lag", summary.generator_lag, summary.sent > 0);
  return std::move(table).Take();
}

std::string NodeTable(const Summary& summary) {
  const NodeUse& node = summary.node;
  HtmlTable table("Node");
  if (!Measured(node)) {
    table.Row("metrics", "the node told nothing of itself");
    return std::move(table).Take();
  }
  table.Numbers("CPU time", {Time(node.cpu_s * 1e9)});
  table.Numbers("CPU time per packet out", {CpuPerPacket(node)});
  table.Numbers("packets in", {GroupedCount(node.packets_in)});
  table.Numbers("packets out", {GroupedCount(node.packets_out)});
  table.Numbers("memory, resident", {RoundedBytes(Double(node.resident_bytes))});
  table.Numbers("dropped by the kernel", {GroupedCount(node.kernel_drops)});
  table.Numbers("failed to send", {GroupedCount(node.send_failures)});
  for (const auto& [reason, count] : node.dropped) {
    table.Numbers("dropped: " + reason, {GroupedCount(count)});
  }
  return std::move(table).Take();
}

std::string RunTable(const Summary& summary) {
  HtmlTable table("Run");
  table.Numbers("measured for", {Time(summary.duration_s * 1e9)});
  table.Numbers("participants who came", {GroupedCount(summary.joins)});
  table.Numbers("participants who went", {GroupedCount(summary.leaves)});
  table.Numbers("errors of the control protocol", {GroupedCount(summary.control_errors)});
  return std::move(table).Take();
}

std::string ParameterTable(const Summary& summary) {
  HtmlTable table("Parameters");
  for (const auto& [name, value] : summary.parameters) table.Row(name, value);
  return std::move(table).Take();
}

std::string EnvironmentTable(const Environment& environment) {
  HtmlTable table("Environment");
  const auto add = [&](const char* name, const std::string& value) {
    table.Row(name, value.empty() ? kNotMeasured : value);
  };
  add("started", environment.started);
  add("node", environment.node_address);
  add("node's version", environment.node_version);
  add("node's I/O", environment.node_io_backend);
  add("kernel", environment.host_kernel);
  add("CPU", environment.cpu_model);
  add("CPUs", environment.cpu_count == 0 ? "" : absl::StrCat(environment.cpu_count));
  add("baton-bench", environment.bench_version);
  add("commit", environment.commit);
  for (const auto& [name, value] : environment.sysctls) add(name.c_str(), value);
  return std::move(table).Take();
}

}  // namespace

std::string ReportTiles(const Summary& summary) {
  std::string html;
  for (const Tile& tile : TrafficTiles(summary)) html += Html(tile);
  for (const Tile& tile : NodeTiles(summary)) html += Html(tile);
  html +=
      Html({"Lag, p99", summary.sent > 0 ? Time(Double(summary.generator_lag.p99)) : kNotMeasured,
            "of the generator", "lag"});
  return html;
}

std::string ReportThresholds(const Summary& summary) {
  if (summary.judgements.empty()) return {};
  std::string html = "<section aria-label=\"Thresholds\"><ul class=\"card judgements\">\n";
  for (const Judgement& judgement : summary.judgements) {
    absl::StrAppend(
        &html,
        judgement.holds ? "<li class=\"good\"><b>holds</b>" : "<li class=\"bad\"><b>FAILS</b>",
        "<code>", HtmlEscaped(judgement.text), "</code></li>\n");
  }
  return html + "</ul></section>";
}

std::string ReportTables(const Summary& summary) {
  std::string html = absl::StrCat(PacketTable(summary), LatencyTable(summary), NodeTable(summary),
                                  RunTable(summary));
  if (!summary.parameters.empty()) html += ParameterTable(summary);
  html += EnvironmentTable(summary.environment);
  if (!summary.environment.command_line.empty()) {
    absl::StrAppend(&html, "<div class=\"card wide\"><h2>Command line</h2><pre>",
                    HtmlEscaped(summary.environment.command_line), "</pre></div>\n");
  }
  return html;
}

}  // namespace baton::bench
