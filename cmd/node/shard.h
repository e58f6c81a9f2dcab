// One shard: a thread with its own event loop, UDP port, core and rooms.
//
// The thread that owns a shard object (the control thread) talks to the shard's thread by two
// bounded queues: commands in, outputs back. Nothing else is shared but counters.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "base/memory_plan.h"
#include "base/spsc_queue.h"
#include "base/tx_batch.h"
#include "cmd/node/stage_timer.h"
#include "cmd/node/tap_sink.h"
#include "net/event_loop.h"
#include "relay/command.h"
#include "relay/core.h"
#include "relay/output.h"

namespace baton {

class Shard final : private TxSink {
 public:
  // `on_outputs` is called on the shard's thread after outputs were queued; it must be quick and
  // must not throw. `cpu`: pin the thread there. `taps` outlives the shard; null: nothing is ever
  // recorded.
  Shard(size_t index, std::unique_ptr<net::EventLoop> loop, const relay::CoreConfig& core,
        std::optional<uint32_t> cpu, std::function<void()> on_outputs, TapTable* taps = nullptr);
  ~Shard() override;
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  // What a shard with this configuration allocates.
  static std::vector<MemoryItem> MemoryPlan(const net::EventLoopConfig& loop,
                                            const relay::CoreConfig& core);

  void Start();
  // Ends the thread after the batch at hand. Idempotent.
  void Stop();

  // What the thread does again and again, on the caller's: receives, handles, sends. For who drives
  // a shard without a thread of its own, as a simulation does; then Start() is never called.
  void Round();

  // From the thread that owns the object. Submit(): false, and `command` untouched, if the queue is
  // full. PopOutput(): false if there is none.
  bool Submit(relay::Command&& command);
  bool PopOutput(relay::Output& output) { return outputs_.Pop(output); }

  // Any thread.
  const relay::CoreMetrics& metrics() const { return core_.metrics(); }
  const net::LoopCounters& loop_counters() const { return loop_->counters(); }
  // Packets for recordings that found no room in their queues.
  uint64_t taps_dropped() const { return taps_.dropped(); }
  // From the kernel's receive time stamp to the end of the send that carried a packet's copies.
  const LatencyHistogram& forward_latency() const { return forward_latency_; }
  const StageTimer& stages() const { return stages_; }
  std::span<const net::BoundSocket> sockets() const { return loop_->sockets(); }
  size_t index() const { return index_; }

 private:
  void HandleCommands(TimePoint now);
  void PublishOutputs();
  // The next time at which the thread has something to do without being woken.
  TimePoint NextDeadline() const;
  void Send(const TxBatch& batch) override;
  void RecordLatency(const TxBatch& batch);
  void Reached(BatchStage stage) override { stages_.Reached(stage); }

  size_t index_;
  std::unique_ptr<net::EventLoop> loop_;
  relay::Core core_;
  TxBatch tx_;
  TapSink taps_;
  std::optional<uint32_t> cpu_;
  std::function<void()> on_outputs_;
  SpscQueue<relay::Command> commands_;
  SpscQueue<relay::Output> outputs_;
  std::optional<relay::Command>
      waiting_command_;  // taken, while the core had no room for its outputs
  std::optional<relay::Output> waiting_output_;  // taken, while the queue was full
  TimePoint now_;                                // of the latest round
  LatencyHistogram forward_latency_;
  StageTimer stages_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace baton
