// What the control plane asks of the node that it controls. cmd/ implements it with the real
// shards; tests with whatever they like. All of it is called on the control thread, and nothing
// blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/time_point.h"
#include "relay/command.h"

namespace baton::control {

struct NamedCount {
  std::string name;
  uint64_t value = 0;
};

// Counts of what is above the bucket's predecessor's bound and not above its own.
struct LatencyBucket {
  uint64_t upper_bound_ns = 0;  // UINT64_MAX: no bound
  uint64_t count = 0;
};

struct ShardSnapshot {
  double busy_ratio = 0;  // 0..1: the part of the last seconds that its thread was at work
  uint64_t rx_packets = 0;
  uint64_t rx_bytes = 0;
  uint64_t tx_packets = 0;
  uint64_t tx_bytes = 0;
  std::vector<NamedCount> packets_dropped;  // by reason
  std::vector<LatencyBucket> forward_latency;
};

struct NodeSnapshot {
  std::string io_backend;             // "uring" or "epoll"
  std::vector<ShardSnapshot> shards;  // shard_count() of them
};

class Node {
 public:
  virtual ~Node() = default;

  // >= 1, and never changes.
  virtual size_t shard_count() const = 0;

  // Hands a command to a shard; its reply comes back through Server::OnOutput(). False, and the
  // command untouched, if the shard's queue is full.
  virtual bool Submit(size_t shard, relay::Command&& command) = 0;

  // Where peers reach the shard: what goes into candidates and SDP. No unspecified addresses.
  virtual std::vector<TransportAddress> MediaAddresses(size_t shard) const = 0;

  // Since the node was started. What is sampled is told with it, so that rates can be made.
  virtual Duration Uptime() const = 0;

  virtual NodeSnapshot Snapshot() const = 0;
};

}  // namespace baton::control
