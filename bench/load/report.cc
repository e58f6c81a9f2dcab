#include "bench/load/report.h"

#include <filesystem>
#include <map>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "bench/load/files.h"
#include "bench/load/html.h"
#include "bench/load/report_assets.h"
#include "bench/load/report_data.h"
#include "bench/load/report_tables.h"
#include "bench/load/units.h"

namespace baton::bench {
namespace {

// Puts `values` where `page` says {{name}}. What is put in is not looked at again, so that a name
// from outside can hold anything.
std::string Filled(std::string_view page, const std::map<std::string_view, std::string>& values) {
  std::string out;
  for (;;) {
    const size_t begin = page.find("{{");
    const size_t end = page.find("}}", begin);
    if (begin == std::string_view::npos || end == std::string_view::npos) break;
    out += page.substr(0, begin);
    out += values.at(page.substr(begin + 2, end - begin - 2));
    page.remove_prefix(end + 2);
  }
  return out.append(page);
}

std::string VerdictBanner(const Summary& summary) {
  size_t failed = 0;
  for (const Judgement& judgement : summary.judgements) failed += judgement.holds ? 0 : 1;
  if (summary.verdict == Verdict::kInvalid) {
    return absl::StrCat("<div class=\"verdict bad\"><strong>INVALID</strong><span>",
                        HtmlEscaped(summary.verdict_reason),
                        ". The figures say nothing about the node.</span></div>");
  }
  if (failed > 0) {
    return absl::StrCat("<div class=\"verdict bad\"><strong>FAILED</strong><span>", failed, " of ",
                        summary.judgements.size(), " thresholds; the run is valid</span></div>");
  }
  const char* text = summary.judgements.empty()
                         ? "the generator kept its schedule"
                         : "the generator kept its schedule, and every threshold holds";
  return absl::StrCat("<div class=\"verdict good\"><strong>VALID</strong><span>", text,
                      "</span></div>");
}

std::string About(const Summary& summary) {
  const Environment& environment = summary.environment;
  std::string about = summary.mode == "stun" ? "Binding requests" : "Fan-out";
  const auto add = [&](std::string_view before, const std::string& text) {
    if (!text.empty()) about.append(before).append(text);
  };
  add(" against ", environment.node_address);
  add(" over ", environment.node_io_backend);
  if (summary.duration_s > 0) add(", ", RoundedDuration(summary.duration_s * 1e9));
  add(", ", environment.started);
  return about;
}

std::string Hint(const RunResult& result) {
  if (result.intervals.empty()) return {};
  std::string hint = "Point at a plot, or touch it, for its values.";
  const size_t points = Thinned(result.intervals).size();
  if (points < result.intervals.size()) {
    absl::StrAppend(&hint, " A point stands for ", (result.intervals.size() + points - 1) / points,
                    " intervals: rates are their mean, latencies the highest of any.");
  }
  return hint;
}

std::string Footer(const Summary& summary) {
  return absl::StrCat(
      summary.mode == "stun" ? "Round trip: " : "Forward latency: ",
      "from when a packet was scheduled to be sent to when ",
      summary.mode == "stun" ? "its answer arrived" : "a subscriber had it",
      ", so a generator that is late makes it longer. Percentiles are exact to 1/128. Made by "
      "baton-bench ",
      HtmlEscaped(summary.environment.bench_version), " (", HtmlEscaped(summary.environment.commit),
      ").");
}

}  // namespace

std::string ReportHtml(const RunResult& result) {
  const Summary& summary = result.summary;
  const std::string name = HtmlEscaped(summary.scenario.empty() ? "A run" : summary.scenario);
  return Filled(ReportPage(),
                {{"title", name + " – baton-bench"},
                 {"style", std::string(ReportStyle())},
                 {"verdict_class", summary.verdict == Verdict::kInvalid ? "invalid" : "valid"},
                 {"name", name},
                 {"about", HtmlEscaped(About(summary))},
                 {"verdict", VerdictBanner(summary)},
                 {"tiles", ReportTiles(summary)},
                 {"thresholds", ReportThresholds(summary)},
                 {"hint", HtmlEscaped(Hint(result))},
                 {"tables", ReportTables(summary)},
                 {"footer", Footer(summary)},
                 {"data", ReportData(result)},
                 {"script", std::string(ReportScript())}});
}

absl::Status WriteReport(const RunResult& result, const std::string& dir) {
  if (absl::Status status = MakeDirectory(dir); !status.ok()) return status;
  return WriteFile((std::filesystem::path(dir) / kReportFile).string(), ReportHtml(result));
}

}  // namespace baton::bench
