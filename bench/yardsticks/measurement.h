// What one run of relay_cost has found, and its line of JSON.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time_point.h"
#include "bench/yardsticks/cpu_meter.h"
#include "bench/yardsticks/options.h"

namespace baton::bench {

// Packets of a relay; requests and answers of a server.
struct Measurement {
  uint64_t in = 0;        // sent to the subject
  uint64_t out = 0;       // that it had to send
  uint64_t received = 0;  // of those
  uint64_t gaps = 0;
  uint64_t reordered = 0;
  uint64_t misshapen = 0;
  uint64_t overflows = 0;  // dropped by the kernel because a receiver was slow
  CpuTime cpu;             // the subject's
  Duration elapsed{};
  std::vector<int64_t> latency_ns;  // sampled
  std::vector<int64_t> lag_ns;      // by burst: how much later than scheduled it was sent
};

// The value that a share of `quantile` (0..1) of all do not exceed; 0 if there are none. Reorders.
int64_t Quantile(std::vector<int64_t>& values, double quantile);

// `trigger`: what sets the subject's bursts off, "traffic" or "timer".
std::string ToJson(const Options& options, const std::string& trigger, Measurement measurement);

}  // namespace baton::bench
