#include "cmd/node/shard.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/clock.h"
#include "cmd/node/thread_setup.h"

namespace baton {
namespace {

// Entries that one TxBatch holds: enough for a burst to every subscriber of a large room before it
// is sent, little enough to stay in the second-level cache.
constexpr size_t kTxEntries = 4096;

constexpr size_t kCommandQueue = 256;
constexpr size_t kOutputQueue = 1024;

// How many commands are handled between two batches of datagrams.
constexpr int kCommandsPerRound = 16;

// How long outputs or commands that found a queue full wait for the next try.
constexpr Duration kRetry = std::chrono::milliseconds(5);

}  // namespace

Shard::Shard(size_t index, std::unique_ptr<net::EventLoop> loop, const relay::CoreConfig& core,
             std::optional<uint32_t> cpu, std::function<void()> on_outputs, TapTable* taps)
    : index_(index),
      loop_(std::move(loop)),
      core_(core),
      tx_(kTxEntries, core.limits.endpoints, *this),
      taps_(taps),
      cpu_(cpu),
      on_outputs_(std::move(on_outputs)),
      commands_(kCommandQueue),
      outputs_(kOutputQueue),
      now_(MonotonicNow()) {}

Shard::~Shard() { Stop(); }

std::vector<MemoryItem> Shard::MemoryPlan(const net::EventLoopConfig& loop,
                                          const relay::CoreConfig& core) {
  std::vector<MemoryItem> plan = relay::Core::MemoryPlan(core);
  plan.push_back({"receive buffers and event loop", 1, net::EventLoop::BytesFor(loop)});
  plan.push_back({"transmit batch", 1, TxBatch::BytesFor(kTxEntries, core.limits.endpoints)});
  plan.push_back({"command queue", kCommandQueue, sizeof(relay::Command)});
  plan.push_back({"output queue", kOutputQueue, sizeof(relay::Output)});
  return plan;
}

void Shard::Start() {
  thread_ = std::thread([this] {
    NameThisThread("shard-" + std::to_string(index_));
    if (cpu_) PinThisThread(*cpu_);
    while (!stop_.load(std::memory_order_relaxed)) Round();
  });
}

void Shard::Stop() {
  if (!thread_.joinable()) return;
  stop_.store(true, std::memory_order_relaxed);
  loop_->Wake();
  thread_.join();
}

bool Shard::Submit(relay::Command&& command) {
  if (!commands_.Push(std::move(command))) return false;
  loop_->Wake();
  return true;
}

void Shard::Round() {
  const std::span<const Datagram> datagrams = loop_->Receive(NextDeadline());
  now_ = MonotonicNow();
  if (!datagrams.empty()) {
    stages_.Begin(datagrams.front().received, now_);
    core_.HandleDatagrams(now_, datagrams, tx_);
  }
  if (now_ >= core_.NextDeadline()) core_.HandleDeadline(now_, tx_);
  // Before any command: what a leave follows has been sent before the leave is acknowledged.
  tx_.Flush();
  HandleCommands(now_);
  PublishOutputs();
}

TimePoint Shard::NextDeadline() const {
  const bool waiting = waiting_output_.has_value() || waiting_command_.has_value();
  if (waiting) return std::min(core_.NextDeadline(), now_ + kRetry);
  // More commands than one round takes: come back at once.
  return commands_.size() > 0 ? now_ : core_.NextDeadline();
}

void Shard::HandleCommands(TimePoint now) {
  for (int i = 0; i < kCommandsPerRound; ++i) {
    if (!waiting_command_) {
      relay::Command command;
      if (!commands_.Pop(command)) return;
      waiting_command_ = std::move(command);
    }
    if (!core_.CanTakeCommand()) return;
    core_.HandleCommand(now, *waiting_command_, tx_);
    waiting_command_.reset();
    // What it has told peers (a goodbye) leaves before it is acknowledged.
    if (!tx_.empty()) tx_.Flush();
    PublishOutputs();
  }
}

void Shard::PublishOutputs() {
  bool published = false;
  for (;;) {
    if (!waiting_output_) {
      relay::Output output;
      if (!core_.PopOutput(output)) break;
      waiting_output_ = std::move(output);
    }
    if (!outputs_.Push(std::move(*waiting_output_))) break;
    waiting_output_.reset();
    published = true;
  }
  if (published) on_outputs_();
}

void Shard::Send(const TxBatch& batch) {
  loop_->Send(batch);
  Reached(BatchStage::kCompleted);
  RecordLatency(batch);
  // Last: no peer waits for a recording.
  taps_.Send(now_, batch);
}

void Shard::RecordLatency(const TxBatch& batch) {
  if (batch.forwarded().empty()) return;
  const TimePoint done = MonotonicNow();
  for (const TxBatch::Forwarded& forwarded : batch.forwarded()) {
    const int64_t latency_ns = (done - forwarded.received).count();
    forward_latency_.Record(static_cast<uint64_t>(std::max<int64_t>(latency_ns, 0)),
                            forwarded.datagrams);
  }
}

}  // namespace baton
