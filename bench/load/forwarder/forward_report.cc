#include "bench/load/forwarder/forward_report.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/load/units.h"
#include "cmd/batonctl/output/table.h"

namespace baton::bench {
namespace {

using cli::Align;
using cli::Table;

double SecondsOf(Duration duration) { return std::chrono::duration<double>(duration).count(); }

double ShareOf(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

// One count of each direction, and what it is a share of.
struct Row {
  const char* name;
  uint64_t DirectionCounts::*count;
  uint64_t DirectionCounts::*whole;
  bool always;
};

constexpr Row kRows[] = {
    {"received", &DirectionCounts::received, nullptr, true},
    {"forwarded", &DirectionCounts::forwarded, nullptr, true},
    {"lost", &DirectionCounts::lost, &DirectionCounts::received, true},
    {"duplicated", &DirectionCounts::duplicated, &DirectionCounts::received, false},
    {"reordered", &DirectionCounts::reordered, &DirectionCounts::forwarded, false},
    {"corrupted", &DirectionCounts::corrupted, &DirectionCounts::forwarded, false},
    {"queue full", &DirectionCounts::queue_full, &DirectionCounts::received, false},
    {"refused", &DirectionCounts::refused, &DirectionCounts::received, false},
    {"overflowed", &DirectionCounts::overflowed, &DirectionCounts::received, false},
    {"failed", &DirectionCounts::failed, &DirectionCounts::received, false},
    {"in flight", &DirectionCounts::in_flight, &DirectionCounts::received, false},
    {"kernel drops", &DirectionCounts::kernel_drops, nullptr, false},
};

std::string Datagrams(const ForwardCounts& counts) {
  Table table({{"datagrams"},
               {"up", Align::kRight},
               {"", Align::kRight},
               {"down", Align::kRight},
               {"", Align::kRight}});
  for (const Row& row : kRows) {
    const DirectionCounts& up = counts.directions.up;
    const DirectionCounts& down = counts.directions.down;
    if (!row.always && up.*row.count == 0 && down.*row.count == 0) continue;
    const auto share = [&](const DirectionCounts& direction) -> std::string {
      if (row.whole == nullptr) return " ";
      return RoundedShare(ShareOf(direction.*row.count, direction.*row.whole));
    };
    table.Add({row.name, GroupedCount(up.*row.count), share(up), GroupedCount(down.*row.count),
               share(down)});
  }
  return table.Render();
}

Json DirectionJson(const DirectionCounts& counts) {
  return {{"received", counts.received},
          {"received_bytes", counts.received_bytes},
          {"duplicated", counts.duplicated},
          {"forwarded", counts.forwarded},
          {"forwarded_bytes", counts.forwarded_bytes},
          {"lost", counts.lost},
          {"queue_full", counts.queue_full},
          {"refused", counts.refused},
          {"overflowed", counts.overflowed},
          {"failed", counts.failed},
          {"in_flight", counts.in_flight},
          {"reordered", counts.reordered},
          {"corrupted", counts.corrupted},
          {"kernel_drops", counts.kernel_drops}};
}

}  // namespace

std::string ForwardReadyLine(const TransportAddress& listen) {
  return Json{{"event", "ready"}, {"listen", listen.ToString()}}.dump() + '\n';
}

std::string ForwardProgress(const ForwardCounts& counts, Duration since_begin) {
  std::string line = absl::StrFormat("%.0f s  %d clients", SecondsOf(since_begin), counts.clients);
  for (const Direction direction : kDirections) {
    const DirectionCounts& of = counts.directions[direction];
    absl::StrAppend(&line, direction == Direction::kUp ? "  up " : "  down ",
                    GroupedCount(of.received), " received");
    if (of.lost > 0) {
      absl::StrAppend(&line, ", ", RoundedShare(ShareOf(of.lost, of.received)), " lost");
    }
  }
  return line;
}

std::string ForwardTrouble(const ForwardCounts& counts) {
  const DirectionCounts& up = counts.directions.up;
  const DirectionCounts& down = counts.directions.down;
  if (const uint64_t drops = up.kernel_drops + down.kernel_drops; drops > 0) {
    return absl::StrCat("its sockets had no room for ", GroupedCount(drops), " datagrams");
  }
  if (const uint64_t overflowed = up.overflowed + down.overflowed; overflowed > 0) {
    return absl::StrCat(GroupedCount(overflowed),
                        " datagrams found no room on their way (--max-in-flight)");
  }
  if (const uint64_t failed = up.failed + down.failed; failed > 0) {
    return absl::StrCat("the kernel refused to send ", GroupedCount(failed),
                        " datagrams: ", up.failed > 0 ? up.first_failure : down.first_failure);
  }
  return "";
}

std::string ForwardText(const ForwardResult& result) {
  const ForwardCounts& counts = result.counts;
  const std::string trouble = ForwardTrouble(counts);
  std::string text =
      absl::StrCat("impair ", result.listen.ToString(), " to ", result.server.ToString(), ", ",
                   RoundedDuration(SecondsOf(result.length) * 1e9), ", seed ", result.seed, "\n",
                   trouble.empty() ? "VALID: nothing was lost but what was to be"
                                   : absl::StrCat("INVALID: ", trouble),
                   "\n\n", Datagrams(counts), "\n", GroupedCount(counts.clients), " clients");
  if (counts.expired > 0) absl::StrAppend(&text, ", ", GroupedCount(counts.expired), " expired");
  if (counts.rebinds > 0) {
    absl::StrAppend(&text, ", ", GroupedCount(counts.rebinds), " changes of port");
  }
  return text + "\n";
}

Json ForwardJson(const ForwardResult& result) {
  const ForwardCounts& counts = result.counts;
  const std::string trouble = ForwardTrouble(counts);
  return {{"mode", "impair"},
          {"listen", result.listen.ToString()},
          {"to", result.server.ToString()},
          {"seed", result.seed},
          {"duration_s", SecondsOf(result.length)},
          {"verdict", trouble.empty() ? "VALID" : "INVALID"},
          {"verdict_reason", trouble},
          {"clients", counts.clients},
          {"expired", counts.expired},
          {"rebinds", counts.rebinds},
          {"up", DirectionJson(counts.directions.up)},
          {"down", DirectionJson(counts.directions.down)}};
}

}  // namespace baton::bench
