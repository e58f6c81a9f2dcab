#include "bench/load/stun_run.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "bench/load/interval_log.h"
#include "bench/load/local_address.h"
#include "bench/load/node_log.h"
#include "bench/load/scenario_file.h"
#include "bench/load/stun_load.h"
#include "bench/load/verdict.h"
#include "control/quote.h"
#include "net/entropy.h"
#include "net/resource_limits.h"

namespace baton::bench {
namespace {

constexpr Duration kLeadTime = std::chrono::milliseconds(50);
constexpr Duration kStep = std::chrono::milliseconds(50);
constexpr int kReceiveBuffer = 8 << 20;
constexpr int kSendBuffer = 1 << 20;

double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

absl::StatusOr<std::vector<net::UdpSocket>> OpenSources(uint32_t count,
                                                        const TransportAddress& server) {
  const absl::StatusOr<IpAddress> local = LocalAddressTowards(server);
  if (!local.ok()) return local.status();
  if (auto limit = net::RaiseFileLimit(); !limit.ok()) return limit.status();
  std::vector<net::UdpSocket> sockets;
  for (uint32_t i = 0; i < count; ++i) {
    auto socket = net::OpenUdpSocket(
        {*local, 0}, {.receive_buffer_bytes = kReceiveBuffer, .send_buffer_bytes = kSendBuffer});
    if (!socket.ok()) return socket.status();
    sockets.push_back(*std::move(socket));
  }
  return sockets;
}

StunSchedule ScheduleOf(const Scenario& scenario) {
  std::array<uint8_t, 4> run;
  net::FillRandom(run);
  const uint64_t rate = scenario.stun->requests_per_second;
  return {.start = MonotonicNow() + kLeadTime,
          .rate = rate,
          .sources = scenario.stun->sources,
          .first_measured = StunSchedule::NumberAt(scenario.warm_up, rate),
          .end = StunSchedule::NumberAt(scenario.warm_up + scenario.duration, rate),
          .run = LoadU32(run.data())};
}

// Sleeps until `end`, or until the user wants an end, and takes a sample of the node each second
// from `begin` on. Returns when it was.
TimePoint Watch(const Scenario& scenario, const RunOptions& options, const StunLoad& load,
                TimePoint begin, TimePoint end, NodeLog& node) {
  TimePoint next_sample = begin;
  for (;;) {
    const TimePoint now = MonotonicNow();
    if (now >= end || options.stop->load(std::memory_order_relaxed)) return std::min(now, end);
    if (now >= next_sample) {
      node.Take();
      next_sample += kIntervalLength;
      if (next_sample >= end) next_sample = kNever;
      std::optional<Interval> latest = load.Latest();
      if (latest && options.progress != nullptr) {
        latest->node = node.Latest();
        options.progress->Show(*latest, Seconds(scenario.duration));
      }
    }
    const TimePoint until = std::min({next_sample, end, now + kStep});
    std::this_thread::sleep_for(std::max(Duration(0), until - MonotonicNow()));
  }
}

RunResult ResultOf(const Scenario& scenario, const RunOptions& options, const NodeLog& node,
                   const SendStats& sent, GeneratorResult generated, ReceivedResult received) {
  RunResult result;
  result.intervals = std::move(received.intervals);
  result.latency = std::move(received.latency);
  result.generator_lag = std::move(generated.lag);
  node.FillIn(result.intervals);
  Summary& summary = result.summary;
  summary.scenario = scenario.name;
  summary.mode = ModeOf(scenario);
  summary.environment = options.environment;
  summary.environment.node_version = node.first().version;
  summary.environment.node_io_backend = node.first().io_backend;
  summary.environment.node_address = options.stun_server;
  summary.parameters = ParametersOf(scenario);
  summary.sent = sent.packets.load(std::memory_order_relaxed);
  summary.sent_bytes = sent.bytes.load(std::memory_order_relaxed);
  summary.legs = received.legs;
  summary.latency = PercentilesOf(result.latency);
  summary.generator_lag = PercentilesOf(result.generator_lag);
  summary.node = node.Total();
  JudgeValidity(scenario,
                {.socket_drops = received.socket_drops,
                 .failed_sends = generated.failed_sends,
                 .send_failure = generated.first_failure},
                summary);
  return result;
}

}  // namespace

absl::StatusOr<RunResult> RunStun(const Scenario& scenario, const RunOptions& options) {
  const std::optional<TransportAddress> server = TransportAddress::Parse(options.stun_server);
  if (!server) {
    return absl::InvalidArgumentError(absl::StrCat(control::Quoted(options.stun_server),
                                                   " is not the address of a STUN server: write it "
                                                   "like 192.0.2.1:3478 or [2001:db8::1]:3478"));
  }
  NodeLog node(options.admin, true);
  if (absl::Status status = node.Check(); !status.ok()) return status;
  auto sockets = OpenSources(scenario.stun->sources, *server);
  if (!sockets.ok()) return sockets.status();
  const StunSchedule schedule = ScheduleOf(scenario);
  StunLoad load(schedule, *server, *std::move(sockets));
  if (absl::Status status = load.Start(); !status.ok()) return status;

  const TimePoint begin = schedule.start + scenario.warm_up;
  const TimePoint end = Watch(scenario, options, load, begin, begin + scenario.duration, node);
  if (options.stop->load(std::memory_order_relaxed)) load.Stop();
  GeneratorResult generated = load.FinishSending();
  node.Take();
  ReceivedResult received = load.FinishReceiving(end);
  if (received.intervals.empty()) {
    return absl::CancelledError("stopped before anything was measured");
  }
  RunResult result =
      ResultOf(scenario, options, node, load.sent(), std::move(generated), std::move(received));
  result.summary.duration_s = Seconds(end - begin);
  return result;
}

}  // namespace baton::bench
