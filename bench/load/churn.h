// Visitors that join and leave rooms at given rates while a run goes on. On the control thread,
// from callbacks of its ControlSession.
//
// The one who has been there longest leaves first. Leaving begins a second after joining, so that
// as many stay as join in that time; when nobody is there, a leave falls out.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/time_point.h"
#include "bench/load/control_session.h"
#include "bench/load/packet_judge.h"
#include "bench/load/receiver.h"
#include "bench/load/scenario.h"
#include "bench/load/topology.h"

namespace baton::bench {

// Since the run began, with the warm-up.
struct ChurnCounts {
  uint64_t joins = 0;   // acknowledged by the node
  uint64_t leaves = 0;  // likewise
  uint64_t errors = 0;  // refused, or with nobody free to join
};

class Churn {
 public:
  // All of them outlive it.
  Churn(const Scenario& scenario, Topology& topology, ControlSession& control, PacketJudge& judge,
        Receiver& receiver);

  void Start(TimePoint start);
  // Does what is due by now. Returns when there is something to do next; kNever without churn.
  TimePoint Run(TimePoint now);
  // Nobody joins or leaves from now on.
  void Stop() { stopped_ = true; }

  const ChurnCounts& counts() const { return counts_; }

 private:
  struct Visit {
    uint32_t peer;
    uint32_t room;
    std::string endpoint;
  };
  struct Departure {
    Visit visit;
    TimePoint due;  // when the node is asked
  };

  void Join(TimePoint now);
  void OnJoined(const Visit& visit, const absl::StatusOr<control::v1::Reply>& reply);
  void BeginLeave(TimePoint now);
  void Leave(const Visit& visit);
  void OnLeft(const Visit& visit, const absl::Status& status);

  Topology& topology_;
  ControlSession& control_;
  PacketJudge& judge_;
  Receiver& receiver_;
  Duration join_interval_;
  Duration leave_interval_;
  std::vector<uint32_t> rooms_;
  std::deque<uint32_t> free_;      // the one that has rested longest first
  std::deque<Visit> present_;      // the one that joined first in front
  std::deque<Departure> leaving_;  // the first one in front
  TimePoint next_join_ = kNever;
  TimePoint next_leave_ = kNever;
  uint64_t visits_ = 0;
  bool stopped_ = false;
  ChurnCounts counts_;
};

}  // namespace baton::bench
