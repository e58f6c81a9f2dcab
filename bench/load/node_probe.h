// What the node says of itself: its metrics (docs/metrics.md), read over HTTP, as differences
// between two points of a run.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/time_point.h"
#include "bench/load/result.h"

namespace baton::bench {

// Counters as they stand. Absent ones are 0.
struct NodeSample {
  double cpu_s = 0;
  uint64_t resident_bytes = 0;
  uint64_t rtp_in = 0;
  uint64_t rtp_out = 0;
  uint64_t kernel_drops = 0;
  uint64_t send_failures = 0;
  uint64_t stun_requests = 0;  // at the public STUN server, whatever became of them
  uint64_t stun_answers = 0;
  std::map<std::string, uint64_t> dropped;  // by reason
  std::string version;
  std::string io_backend;
};

// Prometheus's text format. Lines that it does not know are passed over.
NodeSample ParseMetrics(std::string_view text);

// What happened between two samples. With `stun`, packets are requests and answers of the STUN
// server.
NodeUse UseBetween(const NodeSample& before, const NodeSample& after, bool stun);

// Gets http://`address`/metrics, within half a second. `address` is host:port.
absl::StatusOr<NodeSample> ScrapeNode(const std::string& address);

}  // namespace baton::bench
