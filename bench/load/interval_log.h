// What a receiving thread saw, cut into intervals. What arrives counts in the interval in which it
// arrives. What is expected and what is lost counts in the interval in which it was sent, and is
// known only when the next one ends: by then it has arrived, or it is lost.
//
// The receiving thread's, but for Latest().
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "base/time_point.h"
#include "bench/load/latency_histogram.h"
#include "bench/load/leg_ledger.h"
#include "bench/load/result.h"
#include "bench/load/send_stats.h"

namespace baton::bench {

inline constexpr Duration kIntervalLength = std::chrono::seconds(1);

// What arrived since it was taken last.
struct Arrivals {
  LegCounts legs;               // without `expected` and `lost`
  uint64_t received_bytes = 0;  // all datagrams
  LatencyHistogram latency;
  LatencyHistogram join_latency;

  void Clear();
  // When the measured time begins: what has been counted, of packets that were not to be measured.
  // Those that were may be here already.
  void ForgetWarmUp();
};

// What the bench itself saw of a run. `intervals` are complete but for joins, leaves and the node.
struct ReceivedResult {
  std::vector<Interval> intervals;
  LegCounts legs;
  LatencyHistogram latency;
  LatencyHistogram join_latency;
  uint64_t socket_drops = 0;  // datagrams that the bench's own sockets lost
};

class IntervalLog {
 public:
  // `sent` outlives the log.
  explicit IntervalLog(SendStats& sent) : sent_(sent) {}

  // Begins the first interval.
  void Begin(TimePoint begin);
  // Where the present interval began.
  TimePoint cut() const { return cut_; }

  // Ends the present interval, in which `arrivals` came. `earlier` is what has been settled of the
  // interval before, `present` of this one already.
  void Cut(TimePoint at, const Arrivals& arrivals, const LegLedger::Settled& earlier,
           const LegLedger::Settled& present);
  // After the last Cut(): what has been settled of the last interval.
  ReceivedResult Finish(const LegLedger::Settled& last);

  // The latest complete interval, for showing. Any thread.
  std::optional<Interval> Latest() const;

 private:
  SendStats& sent_;
  TimePoint begin_;
  TimePoint cut_;
  uint64_t packets_at_cut_ = 0;
  uint64_t bytes_at_cut_ = 0;
  ReceivedResult result_;
  mutable std::mutex mutex_;
  std::optional<Interval> latest_;  // under the mutex
};

}  // namespace baton::bench
