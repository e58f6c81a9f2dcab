#include "tests/sim/simulation.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "tests/sim/engine/virtual_clock.h"

namespace baton::sim {
namespace {

using std::chrono::seconds;

// How long it takes until nothing is on its way any more, and no timer runs for who has gone.
constexpr Duration kAftermath = seconds(10);

// Without requests for them, key frames come every two seconds; and silence may last one and a
// half.
constexpr Duration kNoPicture = seconds(5);

}  // namespace

Simulation::Simulation(const Scenario& scenario, Trace& trace)
    : scenario_(scenario),
      trace_(trace),
      network_(scheduler_, trace_, scenario.seed),
      judge_(scheduler_, trace_, violations_, streams_, directory_),
      world_{scenario_, scheduler_, trace_, violations_, network_, streams_, directory_, judge_},
      people_(world_),
      controller_(world_, people_, nodes_) {
  directory_.Follow(controller_);
  for (uint32_t i = 0; i < scenario_.nodes.size(); ++i) {
    directory_.AddNode();
    nodes_.push_back(std::make_unique<Node>(i, scenario_.nodes[i], scenario_.seed, scheduler_,
                                            network_, trace_, *this));
  }
}

Simulation::~Simulation() = default;

bool Simulation::RunUntil(TimePoint end) {
  while (!violations_.any() && scheduler_.RunNext(end)) {
  }
  return !violations_.any();
}

RunResult Simulation::Run() {
  controller_.Start();
  if (RunUntil(scenario_.calm)) {
    controller_.CalmDown();
    if (RunUntil(scenario_.end)) CheckThatAllAreWell();
    controller_.CloseAll();
    if (RunUntil(scenario_.end + kAftermath)) CheckThatNothingIsLeft();
  }
  RunResult result;
  result.seed = scenario_.seed;
  result.hash = trace_.hash();
  result.simulated = scheduler_.now() - kBeginning;
  result.commands = controller_.commands();
  for (const auto& node : nodes_) {
    result.datagrams_in += node->loop_counters().rx_datagrams.value();
    result.datagrams_out += node->loop_counters().tx_datagrams.value();
  }
  for (const auto& peer : people_.peers()) {
    for (const auto& receiver : peer->receivers()) result.frames_shown += receiver->shown();
  }
  result.violation = violations_.first();
  return result;
}

void Simulation::CheckThatAllAreWell() {
  for (uint32_t leg = 0; leg < directory_.legs(); ++leg) {
    const LegRecord& record = directory_.leg(leg);
    // Numbers that have changed on their way may be far ahead of all that follow.
    if (!record.alive || record.paused || !judge_.IsTrusted(leg)) continue;
    const Publication* const publication = people_.FindPublication(record.track);
    const Receiver* const receiver = people_.FindReceiver(leg);
    if (publication == nullptr || !publication->running() || receiver == nullptr) continue;
    if (scheduler_.now() - receiver->last_shown() <= kNoPicture) continue;
    violations_.Report(
        scheduler_.now(),
        absl::StrCat(record.name, ": shows nothing, although all has been well for a while (",
                     receiver->packets(), " packets, ", receiver->shown(), " frames shown)"),
        record.name);
  }
}

void Simulation::CheckThatNothingIsLeft() {
  const auto report = [this](std::string what) { violations_.Report(scheduler_.now(), what); };
  if (network_.in_flight() > 0) report("datagrams are on their way when all have gone");
  for (const auto& node : nodes_) {
    if (directory_.CensusOf(node->index()) != Directory::Census{}) {
      report(absl::StrCat("node ", node->index(), " has something left when all have gone"));
    }
    if (judge_.read_by(node->index()) != node->loop_counters().rx_datagrams.value()) {
      report(absl::StrCat("node ", node->index(), " has lost datagrams that its kernel gave it"));
    }
    if (node->buffers_in_use() > 0) {
      report(absl::StrCat("node ", node->index(), " holds ", node->buffers_in_use(),
                          " receive buffers when nothing comes any more"));
    }
    if (!node->sleeps_for_ever()) {
      report(absl::StrCat("node ", node->index(), " wakes up when there is nothing to do"));
    }
  }
}

void Simulation::OnNodeReads(uint32_t node, const Flow& from, const DatagramMark& mark,
                             Bytes datagram) {
  judge_.OnNodeReads(node, from, mark, datagram);
}

DatagramMark Simulation::OnNodeWrites(uint32_t node, const Flow& to, Bytes datagram, bool taken) {
  return judge_.OnNodeWrites(node, to, datagram, taken);
}

void Simulation::OnOutput(uint32_t node, const relay::Output& output) {
  if (const auto* event = std::get_if<relay::Event>(&output)) {
    trace_.Note(TraceEvent::kOutput, node, event->index());
    directory_.Apply(node, *event);
    judge_.OnEvent(*event);
    return;
  }
  const auto& reply = std::get<relay::Reply>(output);
  trace_.Note(TraceEvent::kOutput, node, reply.request_id, static_cast<uint64_t>(reply.error));
  controller_.OnReply(node, reply);
}

void Simulation::AfterRound(uint32_t node) { judge_.AfterRound(*nodes_[node]); }

}  // namespace baton::sim
