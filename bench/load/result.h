// What a run measured. The engine fills these in; result_io.h writes and reads them; report.h,
// compare.h and thresholds.h look at them. Plain values, times in ns or in the unit that the name
// says.
//
// A STUN run uses the same shapes: a request is what is sent and expected, its answer what is
// received (corrupted: not the answer to that request), and its round trip the latency.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bench/load/latency_histogram.h"

namespace baton::bench {

// Packets of legs. One that a publisher sent to a room counts once for each leg that was there to
// get it.
struct LegCounts {
  uint64_t expected = 0;  // sent x legs
  uint64_t received = 0;  // each number once, unharmed, by the right leg
  uint64_t lost = 0;      // expected and never received
  uint64_t duplicated = 0;
  uint64_t reordered = 0;     // received after a later one of its leg
  uint64_t corrupted = 0;     // the content is not what was sent
  uint64_t misdelivered = 0;  // meant for another room, or another leg, or nobody any more
};

// Of one kind of latency, in ns.
struct Percentiles {
  uint64_t p50 = 0;
  uint64_t p90 = 0;
  uint64_t p99 = 0;
  uint64_t p999 = 0;
  uint64_t max = 0;
  double mean = 0;
};

// What the node under test says of itself; absent metrics are 0.
struct NodeUse {
  double cpu_s = 0;  // process CPU time
  double cpu_ns_per_packet_out = 0;
  uint64_t packets_in = 0;   // RTP
  uint64_t packets_out = 0;  // RTP
  uint64_t resident_bytes = 0;
  uint64_t kernel_drops = 0;  // receive queue full
  uint64_t send_failures = 0;
  std::map<std::string, uint64_t> dropped;  // by reason; those above 0
};

// One line of intervals.jsonl: what happened in [start_s, start_s + length_s) since the run began.
// Expected and lost packets are counted in the interval in which they were sent.
struct Interval {
  double start_s = 0;
  double length_s = 0;
  uint64_t sent = 0;  // by publishers
  uint64_t sent_bytes = 0;
  LegCounts legs;
  uint64_t received_bytes = 0;
  Percentiles latency;             // scheduled send time to arrival
  uint64_t generator_lag_max = 0;  // ns that a packet was sent later than scheduled
  uint64_t joins = 0;
  uint64_t leaves = 0;
  NodeUse node;  // within the interval; resident_bytes at its end
};

struct Environment {
  std::string started;  // UTC, ISO 8601
  std::string host_kernel;
  std::string cpu_model;
  unsigned cpu_count = 0;
  std::string commit;  // of the bench, with "+" if the tree was changed
  std::string bench_version;
  std::string node_version;  // as the node says; empty for a STUN server
  std::string node_io_backend;
  std::string node_address;
  std::string command_line;
  std::map<std::string, std::string> sysctls;  // those that matter for UDP
};

// Whether a threshold (thresholds.h) held.
struct Judgement {
  bool holds = false;
  std::string text;  // the threshold and the figure: "forward_latency_p99<10ms: 812 us"
};

enum class Verdict : uint8_t {
  kValid,
  kInvalid,  // the generator could not keep its schedule: the figures say nothing about the node
};

struct Summary {
  std::string scenario;  // its name
  std::string mode;      // "fanout", "stun"
  Environment environment;
  std::map<std::string, std::string> parameters;  // as they were in force, for people
  double duration_s = 0;                          // of the measured part
  Verdict verdict = Verdict::kValid;
  std::string verdict_reason;  // why it is invalid
  uint64_t sent = 0;
  uint64_t sent_bytes = 0;
  LegCounts legs;
  Percentiles latency;       // forward latency as a subscriber sees it
  Percentiles join_latency;  // from asking for a subscriber to its first packet; 0 if nobody joined
  Percentiles generator_lag;
  NodeUse node;
  uint64_t joins = 0;
  uint64_t leaves = 0;
  uint64_t control_errors = 0;
  std::vector<Judgement> judgements;  // JudgeAll() of thresholds.h makes them
};

struct RunResult {
  Summary summary;
  std::vector<Interval> intervals;
  LatencyHistogram latency;  // all that summary.latency is made of
  LatencyHistogram join_latency;
  LatencyHistogram generator_lag;
};

// Of a histogram.
Percentiles PercentilesOf(const LatencyHistogram& histogram);

// Whether the node told anything: a process has some memory.
inline bool Measured(const NodeUse& node) { return node.resident_bytes != 0; }

// Adds each count.
void Add(const LegCounts& more, LegCounts& sum);

// Share of expected packets that were lost, 0..1; 0 if none was expected.
double LossOf(const LegCounts& legs);

}  // namespace baton::bench
