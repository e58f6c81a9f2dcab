#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "cmd/batond/metrics.h"

namespace baton {
namespace {

// The text format, read back: samples by name with labels, and what HELP and TYPE say.
struct Exposition {
  std::map<std::string, double> samples;
  std::map<std::string, std::string> help;
  std::map<std::string, std::string> type;
};

Exposition Parse(const std::string& text) {
  Exposition out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    if (line.rfind("# HELP ", 0) == 0 || line.rfind("# TYPE ", 0) == 0) {
      std::string hash;
      std::string what;
      std::string name;
      std::string rest;
      words >> hash >> what >> name;
      std::getline(words >> std::ws, rest);
      (what == "HELP" ? out.help : out.type)[name] = rest;
      continue;
    }
    const size_t space = line.rfind(' ');
    EXPECT_NE(space, line.npos) << line;
    EXPECT_TRUE(
        out.samples.emplace(line.substr(0, space), std::stod(line.substr(space + 1))).second)
        << "twice: " << line;
  }
  return out;
}

NodeMetrics Example() {
  NodeMetrics node;
  node.io_backend = "uring";
  node.rooms = 3;
  node.endpoints = 7;
  node.legs = 40;
  node.tracks = {{"audio", 5}, {"video", 6}};
  node.shard_busy_ratio = {0.25, 0.5};
  node.traffic = {{"in", "rtp", 100, 120000}, {"out", "rtp", 4000, 4800000}};
  node.dropped = {{"unknown_flow", 9}, {"leg_paused", 0}};
  node.ice = {{"success", 2}};
  node.rtcp = {{"sr", 4}, {"nack", 1}};
  node.rtcp_feedback = {{"nack", 1}};
  node.recordings = {.packets = 40, .bytes = 4000, .packets_dropped = 3, .backlog_bytes = 900};
  node.stun_requests = {{"answered", 11}};
  node.forward_latency = {
      .buckets = {{1024, 1}, {2048, 2}, {4096, 0}}, .beyond = 3, .sum = 500000000};
  node.forward_stages = {{"parsed", {.buckets = {{256, 2}, {512, 1}}, .beyond = 1, .sum = 4000}}};
  node.sockets.datagrams_per_message = {.buckets = {{1, 5}, {2, 1}}, .beyond = 4, .sum = 300};
  node.sockets.runs_refused = 6;
  node.sockets.buffers = {{"media", 4096, 8192}};
  node.sockets.send_failures = {{"socket_full", 8}};
  node.sockets.received_lost = {{"queue_full", 12}};
  node.control.sessions = 2;
  node.control.requests = {{"OK", 20}};
  node.control.connections_closed = {{"by_peer", 1}};
  return node;
}

Exposition ExampleExposition() {
  return Parse(MetricsText(Example(), {.cpu_seconds = 1.5, .resident_bytes = 4096},
                           {"0.1.0", "abc", "gcc \"12\"", "2.3"}));
}

TEST(Metrics, ShowWhatWasCollected) {
  const auto samples = ExampleExposition().samples;
  const std::map<std::string, double> expected = {
      {"baton_rooms", 3},
      {"baton_endpoints", 7},
      {"baton_legs", 40},
      {"baton_tracks{kind=\"audio\"}", 5},
      {"baton_tracks{kind=\"video\"}", 6},
      {"baton_shard_busy_ratio{shard=\"1\"}", 0.5},
      {"baton_io_backend{backend=\"uring\"}", 1},
      {"baton_packets_total{direction=\"out\",kind=\"rtp\"}", 4000},
      {"baton_bytes_total{direction=\"in\",kind=\"rtp\"}", 120000},
      {"baton_packets_dropped_total{reason=\"unknown_flow\"}", 9},
      {"baton_packets_dropped_total{reason=\"leg_paused\"}", 0},
      {"baton_ice_checks_total{result=\"success\"}", 2},
      {"baton_rtcp_packets_total{direction=\"in\",type=\"sr\"}", 4},
      {"baton_rtcp_feedback_total{type=\"nack\"}", 1},
      {"baton_recording_packets_total", 40},
      {"baton_recording_bytes_total", 4000},
      {"baton_recording_packets_dropped_total", 3},
      {"baton_recording_backlog_bytes", 900},
      {"baton_stun_requests_total{result=\"answered\"}", 11},
      {"baton_forward_stage_seconds_count{stage=\"parsed\"}", 4},
      {"baton_forward_stage_seconds_bucket{stage=\"parsed\",le=\"5.12e-07\"}", 3},
      {"baton_gso_segments_per_send_count", 10},
      {"baton_gso_segments_per_send_sum", 300},
      {"baton_gso_segments_per_send_bucket{le=\"2\"}", 6},
      {"baton_gso_refused_total", 6},
      {"baton_socket_buffer_bytes{port=\"media\",direction=\"receive\"}", 4096},
      {"baton_socket_buffer_bytes{port=\"media\",direction=\"send\"}", 8192},
      {"baton_send_failures_total{reason=\"socket_full\"}", 8},
      {"baton_receive_lost_total{reason=\"queue_full\"}", 12},
      {"baton_control_connections{state=\"session\"}", 2},
      {"baton_control_requests_total{code=\"OK\"}", 20},
      {"process_cpu_seconds_total", 1.5},
      {"process_resident_memory_bytes", 4096},
  };
  for (const auto& [name, value] : expected) {
    ASSERT_TRUE(samples.contains(name)) << name;
    EXPECT_DOUBLE_EQ(samples.at(name), value) << name;
  }
}

TEST(Metrics, TheLatencyHistogramIsCumulativeAndInSeconds) {
  const auto samples = ExampleExposition().samples;
  EXPECT_EQ(samples.at("baton_forward_latency_seconds_count"), 6);
  EXPECT_DOUBLE_EQ(samples.at("baton_forward_latency_seconds_sum"), 0.5);
  std::vector<double> buckets;
  for (const auto& [name, value] : samples) {
    if (name.rfind("baton_forward_latency_seconds_bucket", 0) == 0) buckets.push_back(value);
  }
  EXPECT_THAT(buckets, testing::UnorderedElementsAre(1, 3, 3, 6));
  EXPECT_EQ(samples.at("baton_forward_latency_seconds_bucket{le=\"+Inf\"}"), 6);
}

TEST(Metrics, LabelsAreEscaped) {
  EXPECT_TRUE(ExampleExposition().samples.contains(
      "baton_build_info{version=\"0.1.0\",commit=\"abc\",compiler=\"gcc \\\"12\\\"\",liburing="
      "\"2.3\"}"));
}

TEST(Metrics, EachHasHelpATypeAndItsSuffix) {
  const Exposition text = ExampleExposition();
  for (const auto& [name, type] : text.type) {
    ASSERT_TRUE(text.help.contains(name)) << name;
    EXPECT_GT(text.help.at(name).size(), 5u) << name;
    EXPECT_EQ(name.ends_with("_total"), type == "counter") << name;
  }
}

// docs/metrics.md: | `baton_rooms` | gauge | | ... |
TEST(Metrics, AreAllDocumentedWithTheirType) {
  std::ifstream file(BATON_SOURCE_ROOT "/docs/metrics.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto types = ExampleExposition().type;
  for (const auto& [name, type] : types) {
    EXPECT_NE(text.find("| `" + name + "` | " + type + " |"), text.npos) << name;
  }
}

TEST(ProcessMetrics, AreThoseOfThisProcess) {
  const ProcessMetrics metrics = ReadProcessMetrics();
  EXPECT_GT(metrics.resident_bytes, 100'000u);
  EXPECT_GT(metrics.virtual_bytes, metrics.resident_bytes);
  EXPECT_GE(metrics.open_fds, 3u);
  EXPECT_GE(metrics.max_fds, metrics.open_fds);
  EXPECT_GE(metrics.threads, 1u);
  EXPECT_GT(metrics.cpu_seconds, 0);
  EXPECT_GT(metrics.start_time_seconds, 1.7e9);
}

}  // namespace
}  // namespace baton
