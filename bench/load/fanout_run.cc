#include "bench/load/fanout_run.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "bench/load/churn.h"
#include "bench/load/control_session.h"
#include "bench/load/generator.h"
#include "bench/load/interval_log.h"
#include "bench/load/node_log.h"
#include "bench/load/packet_judge.h"
#include "bench/load/receiver.h"
#include "bench/load/room_builder.h"
#include "bench/load/scenario_file.h"
#include "bench/load/send_stats.h"
#include "bench/load/topology.h"
#include "bench/load/verdict.h"
#include "net/entropy.h"

namespace baton::bench {
namespace {

// From the last preparations to the first packet.
constexpr Duration kLeadTime = std::chrono::milliseconds(50);

uint32_t NewRunId() {
  std::array<uint8_t, 4> bytes;
  net::FillRandom(bytes);
  return LoadU32(bytes.data());
}

double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

class FanoutRun {
 public:
  FanoutRun(const Scenario& scenario, const RunOptions& options)
      : scenario_(scenario), options_(options), node_(options.admin, false) {}

  absl::StatusOr<RunResult> Run() {
    absl::Status status = Prepare();
    if (status.ok()) status = BuildRooms(topology_, *control_, *receiver_);
    if (status.ok()) status = Measure();
    CleanUp();
    if (!status.ok()) return status;
    return Result();
  }

 private:
  absl::Status Prepare();
  absl::Status Measure();
  absl::Status Watch();
  void OnInterval();
  void CleanUp();
  RunResult Result();
  void Phase(const std::string& text) {
    if (options_.progress != nullptr) options_.progress->Phase(text);
  }

  const Scenario& scenario_;
  const RunOptions& options_;
  NodeLog node_;
  NodeFacts facts_;
  Topology topology_;
  SendStats sent_;
  // In the order in which they need each other.
  std::unique_ptr<ControlSession> control_;
  std::optional<PacketJudge> judge_;
  std::optional<Receiver> receiver_;
  std::optional<Churn> churn_;
  std::optional<Generator> generator_;

  TimePoint begin_;  // of what is measured
  TimePoint end_;
  TimePoint next_sample_;
  std::vector<ChurnCounts> churn_samples_;  // one more than intervals
  GeneratorResult generated_;
  ReceivedResult received_;
};

absl::Status FanoutRun::Prepare() {
  Phase("connecting");
  auto control = ControlSession::Connect(options_.control, *options_.stop);
  if (!control.ok()) return control.status();
  control_ = *std::move(control);
  absl::StatusOr<NodeFacts> facts = AskNode(*control_);
  if (!facts.ok()) return facts.status();
  facts_ = *std::move(facts);
  if (absl::Status status = node_.Check(); !status.ok()) return status;

  auto topology = MakeTopology(scenario_, facts_.local, NewRunId());
  if (!topology.ok()) return topology.status();
  topology_ = *std::move(topology);
  judge_.emplace(topology_);
  receiver_.emplace(topology_, *judge_, sent_);
  churn_.emplace(scenario_, topology_, *control_, *judge_, *receiver_);
  Phase(absl::StrCat("making ", topology_.peers.size(), " endpoints"));
  return receiver_->Start();
}

absl::Status FanoutRun::Measure() {
  Phase("warming up");
  const TimePoint start = MonotonicNow() + kLeadTime;
  begin_ = next_sample_ = start + scenario_.warm_up;
  end_ = begin_ + scenario_.duration;
  receiver_->Measure(begin_, end_);
  generator_.emplace(
      topology_, sent_,
      GeneratorOptions{.start = start, .measure_from = begin_, .end = end_, .gso = options_.gso});
  generator_->Start();
  churn_->Start(start);
  absl::Status status = Watch();
  if (absl::IsCancelled(status)) {
    end_ = std::min(end_, MonotonicNow());
    generator_->Stop();
  } else if (!status.ok()) {
    return status;
  }
  churn_->Stop();
  generated_ = generator_->Finish();
  node_.Take();
  churn_samples_.push_back(churn_->counts());
  received_ = receiver_->Finish(end_);
  if (received_.intervals.empty()) {
    return absl::CancelledError("stopped before anything was measured");
  }
  return absl::OkStatus();
}

absl::Status FanoutRun::Watch() {
  for (;;) {
    const TimePoint now = MonotonicNow();
    if (now >= end_) return absl::OkStatus();
    if (now >= next_sample_) OnInterval();
    const TimePoint due = std::min({churn_->Run(now), next_sample_, end_});
    if (absl::Status status = control_->RunUntil(due); !status.ok()) return status;
  }
}

void FanoutRun::OnInterval() {
  node_.Take();
  churn_samples_.push_back(churn_->counts());
  next_sample_ += kIntervalLength;
  if (next_sample_ >= end_) next_sample_ = kNever;
  std::optional<Interval> latest = receiver_->Latest();
  if (!latest || options_.progress == nullptr) return;
  latest->node = node_.Latest();
  options_.progress->Show(*latest, Seconds(scenario_.duration));
}

void FanoutRun::CleanUp() {
  generator_.reset();
  if (control_ == nullptr || topology_.rooms.empty()) return;
  Phase("closing the rooms");
  control_->BeginCleanUp();
  if (churn_) churn_->Stop();
  // What cannot be closed now is the node's to show; the result stands.
  CloseRooms(topology_, *control_).IgnoreError();
}

RunResult FanoutRun::Result() {
  RunResult result;
  result.intervals = std::move(received_.intervals);
  result.latency = std::move(received_.latency);
  result.join_latency = std::move(received_.join_latency);
  result.generator_lag = std::move(generated_.lag);
  node_.FillIn(result.intervals);
  for (size_t i = 0; i < result.intervals.size() && i + 1 < churn_samples_.size(); ++i) {
    const bool last = i + 1 == result.intervals.size();
    const ChurnCounts& after = last ? churn_samples_.back() : churn_samples_[i + 1];
    result.intervals[i].joins = after.joins - churn_samples_[i].joins;
    result.intervals[i].leaves = after.leaves - churn_samples_[i].leaves;
  }

  Summary& summary = result.summary;
  summary.scenario = scenario_.name;
  summary.mode = ModeOf(scenario_);
  summary.environment = options_.environment;
  summary.environment.node_version = facts_.version;
  summary.environment.node_io_backend = facts_.io_backend;
  summary.environment.node_address = options_.control.address;
  summary.parameters = ParametersOf(scenario_);
  summary.parameters["gso"] = options_.gso ? "true" : "false";
  summary.duration_s = Seconds(end_ - begin_);
  summary.sent = sent_.packets.load(std::memory_order_relaxed);
  summary.sent_bytes = sent_.bytes.load(std::memory_order_relaxed);
  summary.legs = received_.legs;
  summary.latency = PercentilesOf(result.latency);
  summary.join_latency = PercentilesOf(result.join_latency);
  summary.generator_lag = PercentilesOf(result.generator_lag);
  summary.node = node_.Total();
  for (const Interval& interval : result.intervals) {
    summary.joins += interval.joins;
    summary.leaves += interval.leaves;
  }
  summary.control_errors = churn_->counts().errors;
  JudgeValidity(scenario_,
                {.socket_drops = received_.socket_drops,
                 .failed_sends = generated_.failed_sends,
                 .send_failure = generated_.first_failure},
                summary);
  return result;
}

}  // namespace

absl::StatusOr<RunResult> RunFanout(const Scenario& scenario, const RunOptions& options) {
  return FanoutRun(scenario, options).Run();
}

}  // namespace baton::bench
