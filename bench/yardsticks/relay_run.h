// Traffic through a relay: publishers' bursts in, their copies out.
//
// Single-threaded: the load sends a burst, leaves the subject alone for a moment, and then collects
// what it has sent, until the next burst is due.
#pragma once

#include <cstdint>
#include <vector>

#include "bench/yardsticks/measurement.h"
#include "bench/yardsticks/options.h"
#include "bench/yardsticks/participants.h"
#include "bench/yardsticks/publisher.h"
#include "bench/yardsticks/schedule.h"
#include "bench/yardsticks/sinks.h"
#include "bench/yardsticks/subject.h"

namespace baton::bench {

class RelayRun {
 public:
  // All of them outlive this.
  RelayRun(const Options& options, const Participants& participants, const Subject& subject);

  // Warms up, then measures. Each part begins and ends with nothing under way.
  Measurement Measure();

  // Whether the subject sends by its own clock, and the publishers nothing.
  bool by_timer() const { return by_timer_; }

 private:
  void Run(Duration duration);
  void RunPaced(Duration duration);
  void RunSaturated(Duration duration);
  void RunByTimer(Duration duration);
  void SendBurst(uint32_t publisher);
  void NoteBurst(uint32_t publisher);
  void AwaitBurst(const Schedule& schedule, TimePoint drain_from);
  void DrainAll();
  // When to look again whether something has come.
  TimePoint NextLook() const;

  const Options& options_;
  const Participants& participants_;
  const Subject& subject_;
  bool by_timer_;
  std::vector<Publisher> publishers_;
  Sinks sinks_;
  uint64_t in_ = 0;
  uint64_t out_ = 0;
  std::vector<int64_t> lag_ns_;
};

}  // namespace baton::bench
