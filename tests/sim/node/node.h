// One shard of a node, whole: the real core and the real rounds of cmd/node/shard.h over the real
// event loop of either back end, on a kernel that is simulated (kernel/).
//
// A shard's thread runs rounds without end and waits within Receive(). Here a round happens when
// the thread would wake up: a datagram has come, a command was submitted, a deadline is reached.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/address.h"
#include "base/random.h"
#include "cmd/node/shard.h"
#include "net/event_loop.h"
#include "relay/command.h"
#include "relay/config.h"
#include "relay/drop_reason.h"
#include "relay/output.h"
#include "tests/sim/engine/scheduler.h"
#include "tests/sim/engine/trace.h"
#include "tests/sim/kernel/io_faults.h"
#include "tests/sim/kernel/kernel_side.h"
#include "tests/sim/kernel/udp_model.h"
#include "tests/sim/network/network.h"

namespace baton::sim {

struct NodeConfig {
  net::IoBackend backend = net::IoBackend::kUring;
  net::EventLoopConfig loop;  // `bind` says where the node's sockets are
  relay::CoreConfig core;
  UdpModel::Config sockets;
  IoFaults faults;
  // How long the thread takes to wake up and, having found something, to come back for more.
  Duration wake_delay_max = std::chrono::microseconds(200);
  Duration round_time = std::chrono::microseconds(50);
};

// Whoever watches what goes into a node and what comes out.
class NodeObserver {
 public:
  virtual ~NodeObserver() = default;
  // The node has read a datagram, or has handed one to its kernel, which took it or not. A run that
  // was refused as a run may come again. The mark that is returned travels on with it.
  virtual void OnNodeReads(uint32_t node, const Flow& from, const DatagramMark& mark,
                           Bytes datagram) = 0;
  virtual DatagramMark OnNodeWrites(uint32_t node, const Flow& to, Bytes datagram, bool taken) = 0;
  // A reply or an event reaches the control thread.
  virtual void OnOutput(uint32_t node, const relay::Output& output) = 0;
  virtual void AfterRound(uint32_t node) = 0;
};

class Node final : public Host, public UdpModelHost, public Actor {
 public:
  // `seed`: of this node's faults and delays. The others outlive this.
  Node(uint32_t index, const NodeConfig& config, uint64_t seed, Scheduler& scheduler,
       Network& network, Trace& trace, NodeObserver& observer);
  ~Node() override;

  // False if the queue of commands is full.
  bool Submit(relay::Command&& command);

  uint32_t index() const { return index_; }
  std::span<const TransportAddress> addresses() const { return config_.loop.bind; }
  const relay::CoreMetrics& metrics() const { return shard_->metrics(); }
  const net::LoopCounters& loop_counters() const { return shard_->loop_counters(); }
  // Receive buffers that somebody still refers to.
  size_t buffers_in_use() const { return buffers_->in_use(); }
  size_t queued_bytes() const { return sockets_->queued_bytes(); }
  // The thread waits, and time alone will not wake it.
  bool sleeps_for_ever() const { return asleep_ && kernel_->waits_until() == kNever; }

 private:
  void OpenLoop(Random random);
  void WakeBy(TimePoint when);
  void Round(TimePoint now);
  void TakeOutputs();
  void TellDrops();
  void OnDatagram(TimePoint now, const TransportAddress& from, const TransportAddress& to,
                  const DatagramMark& mark, Bytes datagram) override;
  void OnRead(const Flow& from, const DatagramMark& mark, Bytes datagram) override;
  void OnWrite(const Flow& to, Bytes datagram, bool taken) override;
  void Happen(TimePoint now, uint64_t what) override;

  uint32_t index_;
  NodeConfig config_;
  Scheduler& scheduler_;
  Network& network_;
  Trace& trace_;
  NodeObserver& observer_;
  Random delays_;
  std::unique_ptr<UdpModel> sockets_;
  std::unique_ptr<Shard> shard_;  // owns the loop, of which the two below are parts
  KernelSide* kernel_ = nullptr;
  const BufferRefs* buffers_ = nullptr;
  TimePoint next_round_ = kNever;
  bool asleep_ = false;
  std::array<uint64_t, relay::kDropReasons> drops_told_{};
};

}  // namespace baton::sim
