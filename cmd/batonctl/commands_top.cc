#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "cmd/batonctl/commands.h"
#include "cmd/batonctl/exit_code.h"
#include "cmd/batonctl/output/safe_text.h"
#include "cmd/batonctl/top/rows.h"
#include "cmd/batonctl/top/sample.h"
#include "cmd/batonctl/top/screen.h"
#include "cmd/batonctl/top/view.h"
#include "control/config_units.h"

namespace baton::cli {
namespace {

constexpr uint64_t kMinIntervalMs = 100;
constexpr uint64_t kMaxIntervalMs = 60 * 60 * 1000;

struct TopArguments {
  std::string room;
  std::string order = "rate";
  std::string kind = "all";
  std::string filter;
  std::chrono::milliseconds interval{1000};
  bool once = false;
  std::optional<uint32_t> iterations;
};

// The node's rates, as of its last two samples.
class Rates {
 public:
  Rates(Context& context, std::string room) : context_(context), room_(std::move(room)) {}

  absl::Status Update() {
    absl::StatusOr<top::Sample> sample = top::TakeSample(context_, room_);
    if (!sample.ok()) return sample.status();
    rows_ = top::MakeRows(before_ ? &*before_ : nullptr, *sample);
    before_ = *std::move(sample);
    return absl::OkStatus();
  }

  const std::vector<top::Row>& rows() const { return rows_; }

 private:
  Context& context_;
  const std::string room_;
  std::optional<top::Sample> before_;
  std::vector<top::Row> rows_;
};

// Draws until somebody ends it.
absl::Status RunLive(Context& context, const TopArguments& arguments, top::View view,
                     Console& console) {
  Rates rates(context, arguments.room);
  for (;;) {
    if (absl::Status updated = rates.Update(); !updated.ok()) return updated;
    const TimePoint next = MonotonicNow() + arguments.interval;
    for (bool elapsed = false; !elapsed;) {
      console.Draw(top::ScreenLines(rates.rows(), view, console.size()));
      const Console::Wait wait = console.WaitUntil(next);
      if (wait.key && !top::HandleKey(*wait.key, view)) return absl::OkStatus();
      elapsed = wait.elapsed;
    }
  }
}

// Prints `iterations` times, and has waited for one interval before each.
absl::Status Print(Context& context, const TopArguments& arguments, const top::View& view,
                   uint32_t iterations, Console& console) {
  constexpr size_t kWholeName = std::numeric_limits<size_t>::max();
  Rates rates(context, arguments.room);
  if (absl::Status updated = rates.Update(); !updated.ok()) return updated;
  for (uint32_t i = 0; i < iterations; ++i) {
    const TimePoint next = MonotonicNow() + arguments.interval;
    while (!console.WaitUntil(next).elapsed) {
    }
    if (absl::Status updated = rates.Update(); !updated.ok()) return updated;
    const std::vector<top::Row> rows = top::Arrange(rates.rows(), view);
    context.output.ShowJson(top::RowsToJson(rows), [&] {
      return absl::StrCat(i == 0 ? "" : "\n", top::SummaryLine(rates.rows()), "\n",
                          top::RowTable(rows, kWholeName));
    });
  }
  return absl::OkStatus();
}

absl::Status Top(Context& context, const TopArguments& arguments) {
  const top::View view{.order = top::OrderOf(arguments.order),
                       .kind = top::KindOf(arguments.kind),
                       .filter = arguments.filter};
  const std::unique_ptr<Console> console = context.make_console();
  const bool print =
      arguments.once || arguments.iterations || context.output.json() || !console->interactive();
  if (!print) return RunLive(context, arguments, view, *console);
  const uint32_t forever = std::numeric_limits<uint32_t>::max();
  const uint32_t iterations = arguments.once ? 1 : arguments.iterations.value_or(forever);
  return Print(context, arguments, view, iterations, *console);
}

absl::StatusOr<std::chrono::milliseconds> ParseInterval(const std::string& text) {
  const std::optional<uint64_t> ms = control::ParseDurationMs(text);
  if (!ms || *ms < kMinIntervalMs || *ms > kMaxIntervalMs) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", SafeText(text), "\" is not a time from 100ms to 1h: write it like 2s or 500ms"));
  }
  return std::chrono::milliseconds(*ms);
}

}  // namespace

void AddTopCommand(CLI::App& parent, Action& action) {
  CLI::App& command = AddCommand(
      parent, "top", "A live view of rooms, tracks and legs: rates, loss, jitter, round trips",
      "batonctl top --sort loss --kind leg\n"
      "  batonctl top --room demo --once -o json\n\n"
      "Keys: s and S sort by the next and the last column, k shows rooms, tracks, legs or all,\n"
      "/ filters by a part of the name (Enter: done, Escape: no filter), q quits.\n"
      "Where there is no terminal it prints a table each interval.");
  const auto arguments = OnCommand(command, action, &Top);
  command.add_option("--room", arguments->room, "This room only")->type_name("ROOM");
  command.add_option("--sort", arguments->order, "What comes first: the greatest")
      ->check(CLI::IsMember(top::OrderNames()))
      ->capture_default_str();
  command.add_option("--kind", arguments->kind, "What to show")
      ->check(CLI::IsMember(top::KindNames()))
      ->capture_default_str();
  command.add_option("--filter", arguments->filter, "Only what has this in its name");
  AddParsed(
      command, "--interval", ParseInterval,
      [arguments](std::chrono::milliseconds interval) { arguments->interval = interval; },
      "Between two samples: 500ms, 2s; 1s if absent")
      ->type_name("TIME");
  CLI::Option* once =
      command.add_flag("--once", arguments->once, "Print one table of one interval, and end");
  AddNumber(command, "--iterations", arguments->iterations, std::numeric_limits<uint32_t>::max(),
            "Print so many tables, and end")
      ->excludes(once);
}

}  // namespace baton::cli
