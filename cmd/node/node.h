// A whole node: its shards and its Binding server, made from a configuration and wired to the
// control thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/address.h"
#include "base/memory_plan.h"
#include "cmd/node/node_taps.h"
#include "cmd/node/shard.h"
#include "cmd/node/stun_server.h"
#include "control/node.h"
#include "net/event_loop.h"
#include "relay/output.h"

#include "proto/config.pb.h"

namespace baton {

class Node final : public control::Node {
 public:
  // Chooses the back end, binds every UDP port and allocates all pools; no thread runs yet.
  // `config` is validated, with its defaults filled in. Errors name the setting to change.
  static absl::StatusOr<std::unique_ptr<Node>> Create(const config::Config& config);
  ~Node() override;

  // What a node with this configuration allocates for its pools, item by item.
  static std::vector<MemoryItem> MemoryPlan(const config::Config& config);

  void Start();
  // Ends all threads; outputs that were queued stay readable. Idempotent.
  void Stop();

  // A file descriptor that becomes readable when there are outputs.
  int output_fd() const { return output_fd_; }
  // On the control thread: makes output_fd() unreadable and hands over what there is.
  void DrainOutputs(const std::function<void(size_t shard, relay::Output&&)>& handle);
  // On the control thread, about once a second: takes the samples that busy ratios are made of.
  void Sample();

  // control::Node:
  size_t shard_count() const override { return shards_.size(); }
  bool Submit(size_t shard, relay::Command&& command) override;
  std::vector<TransportAddress> MediaAddresses(size_t shard) const override;
  Duration Uptime() const override;
  control::NodeSnapshot Snapshot() const override;

  // For whoever makes recordings, on the control thread.
  NodeTaps& taps() { return taps_; }
  const NodeTaps& taps() const { return taps_; }

  net::IoBackend backend() const { return backend_; }
  // Why epoll was chosen where io_uring was wanted; empty otherwise.
  const std::string& backend_reason() const { return backend_reason_; }
  const Shard& shard(size_t i) const { return *shards_[i]; }
  const StunServer* stun_server() const { return stun_.get(); }  // null if not enabled
  double busy_ratio(size_t shard) const { return busy_[shard].ratio; }

 private:
  struct Busy {
    uint64_t busy_ns = 0;
    double ratio = 0;
  };

  Node() = default;

  net::IoBackend backend_ = net::IoBackend::kEpoll;
  std::string backend_reason_;
  int output_fd_ = -1;
  std::vector<IpAddress> advertise_;
  std::unique_ptr<StunServer> stun_;
  NodeTaps taps_;  // before the shards, which use its table
  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<Busy> busy_;
  TimePoint started_;
  TimePoint sampled_;
};

}  // namespace baton
