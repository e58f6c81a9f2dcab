// A node for tests: real cores, without sockets and threads.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/tx_batch.h"
#include "control/node.h"
#include "relay/core.h"
#include "relay/output.h"

namespace baton::control {

class CoreNode final : public Node {
 public:
  using OutputHandler = std::function<void(size_t shard, relay::Output&& output)>;

  explicit CoreNode(size_t shards, relay::Limits limits = SmallLimits()) {
    for (size_t i = 0; i < shards; ++i) {
      relay::CoreConfig config;
      config.limits = limits;
      config.policy.allow_loopback = true;
      config.sockets = {Media(i)};
      config.own_addresses = {Media(i)};
      config.seed = {i + 1, 2, 3, 4};
      shards_.push_back(std::make_unique<Shard>(config));
    }
  }

  static relay::Limits SmallLimits() {
    return {.rooms = 64, .endpoints = 256, .tracks = 256, .legs = 4096};
  }

  size_t shard_count() const override { return shards_.size(); }
  bool Submit(size_t shard, relay::Command&& command) override {
    if (refuse) return false;
    shards_[shard]->commands.push_back(std::move(command));
    if (on_submit) on_submit();
    return true;
  }
  std::vector<TransportAddress> MediaAddresses(size_t shard) const override {
    return {Media(shard)};
  }
  Duration Uptime() const override { return std::chrono::milliseconds(1500); }
  NodeSnapshot Snapshot() const override {
    NodeSnapshot snapshot{.io_backend = "epoll"};
    for (size_t i = 0; i < shards_.size(); ++i) {
      snapshot.shards.push_back({.busy_ratio = 0.25,
                                 .rx_packets = 10 + i,
                                 .packets_dropped = {{"unknown_flow", 3}},
                                 .forward_latency = {{1000, 5}}});
    }
    return snapshot;
  }

  // Lets the shards do what has been submitted; their outputs go to `handler`.
  void Run(const OutputHandler& handler) {
    for (size_t i = 0; i < shards_.size(); ++i) {
      Shard& shard = *shards_[i];
      while (!shard.commands.empty()) {
        const relay::Command command = std::move(shard.commands.front());
        shard.commands.pop_front();
        shard.core.HandleCommand(TimePoint(), command, shard.tx);
        shard.tx.Flush();
        relay::Output output;
        while (shard.core.PopOutput(output)) handler(i, std::move(output));
      }
    }
  }

  size_t queued(size_t shard) const { return shards_[shard]->commands.size(); }

  bool refuse = false;              // every queue is full
  std::function<void()> on_submit;  // there is something to Run()

 private:
  struct NullSink final : TxSink {
    void Send(const TxBatch&) override {}
  };
  struct Shard {
    explicit Shard(const relay::CoreConfig& config)
        : core(config), tx(64, config.limits.endpoints, sink) {}
    std::deque<relay::Command> commands;
    relay::Core core;
    NullSink sink;
    TxBatch tx;
  };

  static TransportAddress Media(size_t shard) {
    return *TransportAddress::Parse("127.0.0.1:" + std::to_string(7882 + shard));
  }

  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace baton::control
