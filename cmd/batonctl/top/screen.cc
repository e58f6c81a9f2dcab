#include "cmd/batonctl/top/screen.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "cmd/batonctl/output/safe_text.h"
#include "cmd/batonctl/output/table.h"
#include "cmd/batonctl/output/views.h"

namespace baton::cli::top {
namespace {

// Lines around the rows: the summary, the view and the titles above, the keys below.
constexpr size_t kOtherLines = 4;
// What the columns beside the name need, about.
constexpr size_t kOtherColumns = 110;
constexpr size_t kMinName = 24;

std::string Cut(std::string text, size_t size) {
  if (text.size() <= size) return text;
  text.resize(size);
  if (size > 0) text.back() = '~';
  return text;
}

std::string Number(const std::optional<double>& value, double factor = 1) {
  return value ? absl::StrFormat("%.1f", *value * factor) : "";
}

std::string Kilobits(const std::optional<double>& bits) { return Number(bits, 0.001); }
std::string Percent(const std::optional<double>& ratio) { return Number(ratio, 100); }

std::string PacketsText(const Row& row) {
  if (!row.in_packets && !row.out_packets) return "";
  return absl::StrFormat("%.0f", row.in_packets.value_or(0) + row.out_packets.value_or(0));
}

// "0/1", and where it is not what is wanted, "0/1 of 1/2".
std::string LayerText(const Row& row) {
  if (!row.wanted) return "";
  const std::string wanted = FormatLayer(*row.wanted);
  if (!row.current) return absl::StrCat("- of ", wanted);
  const std::string current = FormatLayer(*row.current);
  return current == wanted ? current : absl::StrCat(current, " of ", wanted);
}

std::string StateText(const Row& row) {
  if (row.paused) return "paused";
  return row.speaking ? "speaking" : "";
}

std::string Megabits(double bits) { return absl::StrFormat("%.1f Mbit/s", bits / 1e6); }

std::string Count(size_t count, const char* noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

std::string ViewLine(const View& view) {
  std::string line =
      absl::StrCat("by ", std::string(NameOf(view.order)), ", ", std::string(NameOf(view.kind)));
  if (view.typing_filter) return absl::StrCat(line, "  filter: ", view.filter, "_");
  if (!view.filter.empty()) absl::StrAppend(&line, "  filter: ", view.filter);
  return line;
}

std::string BottomLine(size_t hidden) {
  const std::string keys = "q quit  s S sort  k kind  / filter";
  return hidden == 0 ? keys : absl::StrCat(Count(hidden, "more row"), "  ", keys);
}

}  // namespace

std::string RowTable(const std::vector<Row>& rows, size_t max_name) {
  Table table({{"NAME"},
               {"IN KBIT/S", Align::kRight},
               {"OUT KBIT/S", Align::kRight},
               {"PKT/S", Align::kRight},
               {"LOSS% IN", Align::kRight},
               {"OUT", Align::kRight},
               {"JITTER MS", Align::kRight},
               {"RTT MS", Align::kRight},
               {"NACK/S", Align::kRight},
               {"PLI/S", Align::kRight},
               {"RTX/S", Align::kRight},
               {"STATE"},
               {"LAYER"}});
  for (const Row& row : rows) {
    table.Add({Cut(NameOf(row), max_name), Kilobits(row.in_bits), Kilobits(row.out_bits),
               PacketsText(row), Percent(row.loss_in), Percent(row.loss_out), Number(row.jitter_ms),
               Number(row.round_trip_ms), Number(row.nacks), Number(row.key_frame_requests),
               Number(row.retransmissions), StateText(row), LayerText(row)});
  }
  return table.Render();
}

std::string SummaryLine(const std::vector<Row>& rows) {
  size_t counts[3] = {};
  double in_bits = 0;
  double out_bits = 0;
  for (const Row& row : rows) {
    ++counts[static_cast<size_t>(row.kind)];
    if (row.kind != Kind::kRoom) continue;
    in_bits += row.in_bits.value_or(0);
    out_bits += row.out_bits.value_or(0);
  }
  return absl::StrCat(Count(counts[0], "room"), "  ", Count(counts[1], "track"), "  ",
                      Count(counts[2], "leg"), "  in ", Megabits(in_bits), "  out ",
                      Megabits(out_bits));
}

std::vector<std::string> ScreenLines(const std::vector<Row>& rows, const View& view,
                                     const ConsoleSize& size) {
  std::vector<Row> shown = Arrange(rows, view);
  const size_t room = size.rows > kOtherLines ? size.rows - kOtherLines : 0;
  const size_t hidden = shown.size() > room ? shown.size() - room : 0;
  shown.resize(shown.size() - hidden);
  const size_t name =
      size.columns > kOtherColumns + kMinName ? size.columns - kOtherColumns : kMinName;

  std::vector<std::string> lines = {SummaryLine(rows), SafeText(ViewLine(view))};
  const std::string table = RowTable(shown, name);
  for (std::string& line : std::vector<std::string>(absl::StrSplit(table, '\n'))) {
    if (!line.empty()) lines.push_back(std::move(line));
  }
  lines.push_back(BottomLine(hidden));
  if (lines.size() > size.rows) lines.resize(size.rows);
  for (std::string& line : lines) line = Cut(std::move(line), size.columns);
  return lines;
}

}  // namespace baton::cli::top
