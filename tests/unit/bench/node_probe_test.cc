#include "bench/load/node_probe.h"

#include <gtest/gtest.h>

namespace baton::bench {
namespace {

constexpr const char* kText =
    "# HELP process_cpu_seconds_total CPU time of all threads.\n"
    "# TYPE process_cpu_seconds_total counter\n"
    "process_cpu_seconds_total 1.5\n"
    "process_resident_memory_bytes 4.5e+07\n"
    "baton_packets_total{direction=\"in\",kind=\"rtp\"} 100\n"
    "baton_packets_total{direction=\"out\",kind=\"rtp\"} 5000\n"
    "baton_packets_total{direction=\"out\",kind=\"stun\"} 7\n"
    "baton_packets_dropped_total{reason=\"unknown_flow\"} 3\n"
    "baton_packets_dropped_total{reason=\"leg_paused\"} 0\n"
    "baton_receive_lost_total{reason=\"queue_full\"} 11\n"
    "baton_receive_lost_total{reason=\"too_long\"} 99\n"
    "baton_send_failures_total{reason=\"socket_full\"} 2\n"
    "baton_send_failures_total{reason=\"unreachable\"} 3\n"
    "baton_stun_requests_total{result=\"answered\"} 40\n"
    "baton_stun_requests_total{result=\"rate_limited\"} 60\n"
    "baton_build_info{version=\"0.1.0\",commit=\"abc\"} 1\n"
    "baton_io_backend{backend=\"uring\"} 1\n"
    "a line that is none of all that\n"
    "\n";

TEST(NodeProbe, ReadsWhatANodeSays) {
  const NodeSample sample = ParseMetrics(kText);
  EXPECT_EQ(sample.cpu_s, 1.5);
  EXPECT_EQ(sample.resident_bytes, 45'000'000U);
  EXPECT_EQ(sample.rtp_in, 100U);
  EXPECT_EQ(sample.rtp_out, 5000U);
  EXPECT_EQ(sample.kernel_drops, 11U);
  EXPECT_EQ(sample.send_failures, 5U);
  EXPECT_EQ(sample.stun_requests, 100U);
  EXPECT_EQ(sample.stun_answers, 40U);
  EXPECT_EQ(sample.dropped,
            (std::map<std::string, uint64_t>{{"unknown_flow", 3}, {"rate_limited", 60}}));
  EXPECT_EQ(sample.version, "0.1.0");
  EXPECT_EQ(sample.io_backend, "uring");
}

TEST(NodeProbe, TakesDifferences) {
  const NodeSample before = ParseMetrics(kText);
  NodeSample after = before;
  after.cpu_s += 0.001;
  after.rtp_out += 1000;
  after.dropped["unknown_flow"] += 4;
  after.dropped["leg_paused"] = 5;
  const NodeUse use = UseBetween(before, after, false);
  EXPECT_EQ(use.packets_out, 1000U);
  EXPECT_NEAR(use.cpu_ns_per_packet_out, 1000, 1e-6);
  EXPECT_EQ(use.kernel_drops, 0U);
  EXPECT_EQ(use.dropped, (std::map<std::string, uint64_t>{{"unknown_flow", 4}, {"leg_paused", 5}}));
}

TEST(NodeProbe, CountsAnswersForStun) {
  const NodeSample before = ParseMetrics(kText);
  NodeSample after = before;
  after.stun_requests += 30;
  after.stun_answers += 20;
  const NodeUse use = UseBetween(before, after, true);
  EXPECT_EQ(use.packets_in, 30U);
  EXPECT_EQ(use.packets_out, 20U);
}

TEST(NodeProbe, HasNothingToSayAboutNothing) {
  const NodeSample sample = ParseMetrics("");
  EXPECT_EQ(sample.cpu_s, 0);
  EXPECT_EQ(UseBetween(sample, sample, false).cpu_ns_per_packet_out, 0);
}

TEST(NodeProbe, SaysWhyItCannotScrape) {
  EXPECT_FALSE(ScrapeNode("127.0.0.1:1").ok());
  EXPECT_FALSE(ScrapeNode("nonsense").ok());
}

}  // namespace
}  // namespace baton::bench
