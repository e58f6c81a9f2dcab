#include "bench/load/find_max.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "bench/load/commands/commands.h"
#include "bench/load/commands/run_once.h"
#include "bench/load/options.h"
#include "bench/load/units.h"

namespace baton::bench {
namespace {

struct Arguments {
  Scenario scenario;
  std::string server = "127.0.0.1:3478";
  NodeOptions node;
  OutputOptions output;
  std::string loss = "0.1%";
  std::string p99 = "10ms";
  std::string precision = "5%";
  std::string by;
  bool gso = true;
};

struct Limits {
  double loss = 0;
  Duration p99{};
};

// What is searched for, as --by names it: where it is in a scenario, and what is beyond reason.
struct Quantity {
  uint64_t (*get)(const Scenario&);
  void (*set)(Scenario&, uint64_t);
  uint64_t greatest;
};

const std::map<std::string, Quantity>& Quantities() {
  static const auto* quantities = new std::map<std::string, Quantity>{
      {"subscribers",
       {[](const Scenario& s) { return uint64_t{s.subscribers_per_room}; },
        [](Scenario& s, uint64_t n) { s.subscribers_per_room = static_cast<uint32_t>(n); },
        20'000}},
      {"rooms",
       {[](const Scenario& s) { return uint64_t{s.rooms}; },
        [](Scenario& s, uint64_t n) { s.rooms = static_cast<uint32_t>(n); }, 10'000}},
      {"bitrate",
       {[](const Scenario& s) { return s.video.bits_per_second; },
        [](Scenario& s, uint64_t n) { s.video.bits_per_second = n; }, 1'000'000'000}},
      {"rate",
       {[](const Scenario& s) { return s.stun->requests_per_second; },
        [](Scenario& s, uint64_t n) { s.stun->requests_per_second = n; }, 10'000'000}},
  };
  return *quantities;
}

Outcome OutcomeOf(const Summary& summary, const Limits& limits) {
  if (summary.verdict == Verdict::kInvalid) return Outcome::kInvalid;
  const LegCounts& legs = summary.legs;
  const bool sound = legs.received > 0 && legs.corrupted == 0 && legs.misdelivered == 0;
  const bool holds = sound && LossOf(legs) <= limits.loss &&
                     summary.latency.p99 <= static_cast<uint64_t>(limits.p99.count());
  return holds ? Outcome::kHolds : Outcome::kFails;
}

std::string StepText(const std::string& by, uint64_t load, Outcome outcome,
                     const Summary& summary) {
  std::string text = absl::StrCat(by, " ", FormatCount(load), ": ");
  switch (outcome) {
    case Outcome::kHolds:
      absl::StrAppend(&text, "holds");
      break;
    case Outcome::kFails:
      absl::StrAppend(&text, "does not hold");
      break;
    case Outcome::kInvalid:
      return absl::StrCat(text, "INVALID, beyond the bench: ", summary.verdict_reason);
  }
  absl::StrAppend(&text, "  loss ", RoundedShare(LossOf(summary.legs)), "  p99 ",
                  RoundedDuration(static_cast<double>(summary.latency.p99)), "  ",
                  RoundedCount(static_cast<double>(summary.legs.received) / summary.duration_s),
                  " packets/s");
  if (summary.node.packets_out > 0) {
    absl::StrAppend(&text, "  node ", RoundedDuration(summary.node.cpu_ns_per_packet_out),
                    "/packet");
  }
  if (summary.legs.corrupted > 0) absl::StrAppend(&text, "  corrupted ", summary.legs.corrupted);
  if (summary.legs.misdelivered > 0) {
    absl::StrAppend(&text, "  misdelivered ", summary.legs.misdelivered);
  }
  return text;
}

std::string MaximumText(const std::string& by, const Maximum& maximum) {
  if (maximum.holds == 0) return absl::StrCat("no number of ", by, " holds");
  std::string text = absl::StrCat("maximum: ", by, " ", FormatCount(maximum.holds), " holds");
  if (!maximum.beyond) return text + "; that is as much as is tried";
  absl::StrAppend(&text, ", ", FormatCount(*maximum.beyond));
  return text + (maximum.limited_by_bench
                     ? " is more than the bench can make here: the node may be able to do more"
                     : " does not");
}

absl::StatusOr<ExitCode> FindMax(const Arguments& arguments, const Context& context) {
  const absl::StatusOr<double> loss = ParseShare(arguments.loss);
  const absl::StatusOr<Duration> p99 = ParseDuration(arguments.p99);
  const absl::StatusOr<double> precision = ParseShare(arguments.precision);
  const absl::StatusOr<std::vector<Threshold>> thresholds = ThresholdsOf(arguments.output);
  for (const absl::Status& status :
       {loss.status(), p99.status(), precision.status(), thresholds.status()}) {
    if (!status.ok()) return status;
  }
  const Quantity& quantity = Quantities().at(arguments.by);
  Scenario scenario = arguments.scenario;
  std::optional<RunResult> best;
  std::optional<RunResult> latest;
  const auto attempt = [&](uint64_t load) -> absl::StatusOr<Outcome> {
    quantity.set(scenario, load);
    absl::StatusOr<RunResult> result =
        RunScenario(scenario, arguments.node, arguments.server, arguments.gso, context);
    if (!result.ok()) return result.status();
    if (context.stop->load(std::memory_order_relaxed)) {
      return absl::CancelledError("stopped by a signal");
    }
    const Outcome outcome = OutcomeOf(result->summary, {.loss = *loss, .p99 = *p99});
    std::cerr << StepText(arguments.by, load, outcome, result->summary) << std::endl;
    (outcome == Outcome::kHolds ? best : latest) = *std::move(result);
    return outcome;
  };
  const absl::StatusOr<Maximum> maximum =
      FindMaximum({.first = std::max<uint64_t>(1, quantity.get(scenario)),
                   .greatest = quantity.greatest,
                   .precision = *precision},
                  attempt);
  if (!maximum.ok()) return maximum.status();
  std::cerr << MaximumText(arguments.by, *maximum) << std::endl;
  if (best) return Conclude(*best, arguments.output, *thresholds);
  return maximum->limited_by_bench ? ExitCode::kInvalid : ExitCode::kThreshold;
}

void AddSearchOptions(CLI::App& command, Arguments& arguments,
                      const std::vector<std::string>& quantities) {
  constexpr const char* kGroup = "The search";
  arguments.by = quantities.front();
  arguments.scenario.duration = std::chrono::seconds(5);
  command.add_option("--loss", arguments.loss, "How much loss still holds")
      ->type_name("SHARE")
      ->capture_default_str()
      ->group(kGroup);
  command.add_option("--p99", arguments.p99, "Which p99 of the latency still holds")
      ->type_name("TIME")
      ->capture_default_str()
      ->group(kGroup);
  command.add_option("--by", arguments.by, "What to make more of")
      ->check(CLI::IsMember(quantities))
      ->capture_default_str()
      ->group(kGroup);
  command
      .add_option("--precision", arguments.precision,
                  "How near to each other what holds and what does not have to be")
      ->type_name("SHARE")
      ->capture_default_str()
      ->group(kGroup);
}

std::shared_ptr<Arguments> OnCommand(CLI::App& command, Action& action) {
  auto arguments = std::make_shared<Arguments>();
  command.callback([arguments, &action] {
    action = [arguments](const Context& context) { return FindMax(*arguments, context); };
  });
  return arguments;
}

}  // namespace

void AddFindMaxCommand(CLI::App& app, Action& action) {
  CLI::App& group = *app.add_subcommand("find-max", "The greatest load that holds");
  group.require_subcommand(1);
  group.footer(
      "Begins with the load that is given, doubles it until it does not hold, then halves the "
      "gap.\n"
      "The result is that of the greatest load that held.\n\n"
      "Examples:\n"
      "  baton-bench find-max fanout --subscribers 50 --loss 0.1% --p99 10ms\n"
      "  baton-bench find-max fanout --subscribers 10 --by bitrate\n"
      "  baton-bench find-max stun --to 127.0.0.1:3478 --rate 10k");

  CLI::App& fanout = *group.add_subcommand("fanout", "Of rooms with publishers and subscribers");
  const auto with_rooms = OnCommand(fanout, action);
  AddSearchOptions(fanout, *with_rooms, {"subscribers", "bitrate", "rooms"});
  AddFanoutOptions(fanout, with_rooms->scenario);
  AddTimeOptions(fanout, with_rooms->scenario);
  fanout.add_flag("!--no-gso", with_rooms->gso,
                  "Send packet by packet, not a burst at once (UDP_SEGMENT)");
  AddNodeOptions(fanout, with_rooms->node, "127.0.0.1:7881", true);
  AddOutputOptions(fanout, with_rooms->output);

  CLI::App& stun = *group.add_subcommand("stun", "Of Binding requests");
  const auto with_stun = OnCommand(stun, action);
  stun.add_option("--to", with_stun->server, "The STUN server")
      ->type_name("ADDRESS:PORT")
      ->capture_default_str();
  AddStunOptions(stun, with_stun->scenario);
  AddSearchOptions(stun, *with_stun, {"rate"});
  AddTimeOptions(stun, with_stun->scenario);
  AddNodeOptions(stun, with_stun->node, "none", false);
  AddOutputOptions(stun, with_stun->output);
}

}  // namespace baton::bench
