#include "tests/unit/bench/sample_result.h"

#include <cmath>

#include "base/random.h"
#include "bench/load/thresholds.h"

namespace baton::bench {
namespace {

constexpr int kSeconds = 60;
constexpr uint64_t kPacketsPerSecond = 300;
constexpr uint64_t kLegs = 500;
constexpr uint64_t kBytes = 1180;

// Long-tailed around a typical value.
uint64_t Latency(Random& random, double typical) {
  const double uniform = (static_cast<double>(random.Below(1'000'000)) + 1) / 1'000'001;
  return static_cast<uint64_t>(typical * (0.6 - 0.25 * std::log(uniform)));
}

Environment SampleEnvironment() {
  return {.started = "2026-11-23T10:20:30Z",
          .host_kernel = "Linux 6.18.5 x86_64",
          .cpu_model = "A CPU @ 2.50GHz",
          .cpu_count = 2,
          .commit = "9c7a61c0ffee+",
          .bench_version = "0.1.0",
          .node_version = "0.1.0",
          .node_io_backend = "io_uring",
          .node_address = "127.0.0.1:7880",
          .command_line = "baton-bench run webinar_of_500.yaml --assert 'loss<0.1%'",
          .sysctls = {{"net.core.rmem_max", "4194304"}, {"net.ipv4.udp_mem", "190 250 380"}}};
}

// Of the `second`-th second; records its latencies in `result`.
Interval SampleInterval(int second, Random& random, RunResult& result) {
  const bool hiccup = second == 41;
  LatencyHistogram latencies;
  const double typical = 90'000 + 20'000 * std::sin(second / 6.0);
  for (uint64_t i = 0; i < 2000; ++i) {
    latencies.Record(Latency(random, hiccup && i % 20 == 0 ? 4e6 : typical), 75);
  }
  result.latency.Add(latencies);
  const uint64_t sent = kPacketsPerSecond + random.Below(7) - 3;
  const uint64_t lost = hiccup ? 412 : second % 17 == 0 ? 3 : 0;
  const uint64_t lag = 20'000 + random.Below(60'000);
  result.generator_lag.Record(lag / 4, sent - 1);
  result.generator_lag.Record(lag);
  result.join_latency.Record(Latency(random, 3e6), 25);
  const uint64_t out = sent * kLegs - lost;
  const double cpu_per_packet = 430 + 25 * std::cos(second / 9.0);
  return {
      .start_s = static_cast<double>(second),
      .length_s = 1,
      .sent = sent,
      .sent_bytes = sent * kBytes,
      .legs = {.expected = sent * kLegs, .received = out, .lost = lost, .reordered = lost / 100},
      .received_bytes = out * kBytes,
      .latency = PercentilesOf(latencies),
      .generator_lag_max = lag,
      .joins = 24 + random.Below(3),
      .leaves = second < 4 ? 0 : 24 + random.Below(3),
      .node = {.cpu_s = static_cast<double>(out) * cpu_per_packet / 1e9,
               .cpu_ns_per_packet_out = cpu_per_packet,
               .packets_in = sent,
               .packets_out = out,
               .resident_bytes = 41'500'000 + static_cast<uint64_t>(second) * 1000,
               .kernel_drops = hiccup ? 7u : 0u}};
}

void AddUp(const Interval& interval, Summary& summary) {
  summary.sent += interval.sent;
  summary.sent_bytes += interval.sent_bytes;
  summary.legs.expected += interval.legs.expected;
  summary.legs.received += interval.legs.received;
  summary.legs.lost += interval.legs.lost;
  summary.legs.reordered += interval.legs.reordered;
  summary.joins += interval.joins;
  summary.leaves += interval.leaves;
  summary.node.cpu_s += interval.node.cpu_s;
  summary.node.packets_in += interval.node.packets_in;
  summary.node.packets_out += interval.node.packets_out;
  summary.node.kernel_drops += interval.node.kernel_drops;
  summary.node.resident_bytes = interval.node.resident_bytes;
}

}  // namespace

RunResult SampleResult() {
  Random random(5);
  RunResult result;
  Summary& summary = result.summary;
  for (int second = 0; second < kSeconds; ++second) {
    result.intervals.push_back(SampleInterval(second, random, result));
    AddUp(result.intervals.back(), summary);
  }
  summary.scenario = "1-to-500 webinar";
  summary.mode = "fanout";
  summary.environment = SampleEnvironment();
  summary.parameters = {{"rooms", "1"}, {"subscribers_per_room", "500"}, {"video.bitrate", "2.4M"}};
  summary.duration_s = kSeconds;
  summary.legs.duplicated = 1;
  summary.legs.corrupted = 2;
  summary.legs.misdelivered = 3;
  summary.latency = PercentilesOf(result.latency);
  summary.join_latency = PercentilesOf(result.join_latency);
  summary.generator_lag = PercentilesOf(result.generator_lag);
  summary.node.cpu_ns_per_packet_out =
      summary.node.cpu_s * 1e9 / static_cast<double>(summary.node.packets_out);
  summary.node.send_failures = 5;
  summary.node.dropped = {{"before_leg_start", 31}, {"unknown_flow", 4}};
  summary.control_errors = 6;
  const std::vector<Threshold> thresholds = {*ParseThreshold("forward_latency_p99<10ms"),
                                             *ParseThreshold("lost==0")};
  JudgeAll(thresholds, summary);
  return result;
}

}  // namespace baton::bench
