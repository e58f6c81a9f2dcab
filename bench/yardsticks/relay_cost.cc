// Puts traffic through one subject and prints what it cost: one line of JSON. See options.cc, and
// docs/performance.md for what the figures mean.
#include <iostream>
#include <string>

#include "bench/yardsticks/child.h"
#include "bench/yardsticks/die.h"
#include "bench/yardsticks/measurement.h"
#include "bench/yardsticks/options.h"
#include "bench/yardsticks/participants.h"
#include "bench/yardsticks/relay_run.h"
#include "bench/yardsticks/request_run.h"
#include "bench/yardsticks/subject.h"
#include "net/resource_limits.h"

namespace baton::bench {
namespace {

std::string MeasureServer(const Options& options) {
  const Subject subject =
      options.subject == "stun" ? StartBindingServer(options) : StartEcho(options);
  RequestRun run(options, subject);
  return ToJson(options, "traffic", run.Measure());
}

std::string MeasureRelay(const Options& options) {
  const Participants participants = OpenParticipants(options);
  const Subject subject = options.subject == "batond"  ? StartBatond(options, participants)
                          : options.subject == "floor" ? StartFloor(options, participants)
                                                       : StartNaive(options, participants);
  RelayRun run(options, participants, subject);
  return ToJson(options, run.by_timer() ? "timer" : "traffic", run.Measure());
}

}  // namespace
}  // namespace baton::bench

int main(int argc, char** argv) {
  using namespace baton::bench;
  const Options options = ParseOptions(argc, argv);
  // A socket for each participant.
  if (const auto limit = baton::net::RaiseFileLimit(); !limit.ok()) {
    Die(limit.status().ToString());
  }
  PinTo(options.load_cpu);
  const bool server = options.subject == "stun" || options.subject == "echo";
  std::cout << (server ? MeasureServer(options) : MeasureRelay(options)) << std::endl;
  return 0;
}
