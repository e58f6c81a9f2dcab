// One run: a whole deployment in virtual time, from its first room to the last one's end.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/control/controller.h"
#include "tests/sim/control/directory.h"
#include "tests/sim/control/people.h"
#include "tests/sim/engine/scheduler.h"
#include "tests/sim/engine/trace.h"
#include "tests/sim/engine/violations.h"
#include "tests/sim/judge/judge.h"
#include "tests/sim/media/stream_table.h"
#include "tests/sim/network/network.h"
#include "tests/sim/node/node.h"
#include "tests/sim/scenario.h"

namespace baton::sim {

struct RunResult {
  uint64_t seed = 0;
  uint64_t hash = 0;
  Duration simulated{};
  uint64_t datagrams_in = 0;  // that nodes read
  uint64_t datagrams_out = 0;
  uint64_t frames_shown = 0;
  uint64_t commands = 0;
  std::optional<Violations::Violation> violation;
};

class Simulation final : public NodeObserver {
 public:
  // The trace outlives this. One simulation at a time on a thread: they share its virtual clock.
  Simulation(const Scenario& scenario, Trace& trace);
  ~Simulation() override;

  // To the end, or to the first violation.
  RunResult Run();

  Judge& judge() { return judge_; }
  const Directory& directory() const { return directory_; }
  const StreamTable& streams() const { return streams_; }

 private:
  void OnNodeReads(uint32_t node, const Flow& from, const DatagramMark& mark,
                   Bytes datagram) override;
  DatagramMark OnNodeWrites(uint32_t node, const Flow& to, Bytes datagram, bool taken) override;
  void OnOutput(uint32_t node, const relay::Output& output) override;
  void AfterRound(uint32_t node) override;

  // False if there was a violation.
  bool RunUntil(TimePoint end);
  void CheckThatAllAreWell();
  void CheckThatNothingIsLeft();

  Scenario scenario_;
  Trace& trace_;
  Scheduler scheduler_;
  Violations violations_;
  Network network_;
  StreamTable streams_;
  Directory directory_;
  Judge judge_;
  World world_;
  std::vector<std::unique_ptr<Node>> nodes_;
  People people_;
  Controller controller_;
};

}  // namespace baton::sim
