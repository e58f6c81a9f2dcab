#include "cmd/node/node.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "base/clock.h"
#include "cmd/node/host_addresses.h"
#include "cmd/node/node_config.h"
#include "net/entropy.h"
#include "net/probe.h"

namespace baton {
namespace {

// Every address that reaches one of `sockets`: a wildcard one is heard on all of the host's.
void AddOwnAddresses(std::span<const net::BoundSocket> sockets,
                     const std::vector<IpAddress>& host_addresses,
                     std::vector<TransportAddress>& own) {
  for (const net::BoundSocket& socket : sockets) {
    own.push_back(socket.local);
    if (!socket.local.ip.IsUnspecified()) continue;
    for (const IpAddress& ip : host_addresses) {
      if (ip.family() == socket.local.ip.family()) own.push_back({ip, socket.local.port});
    }
  }
}

std::vector<TransportAddress> AddressesOf(std::span<const net::BoundSocket> sockets) {
  std::vector<TransportAddress> addresses;
  for (const net::BoundSocket& socket : sockets) addresses.push_back(socket.local);
  return addresses;
}

void Append(std::vector<MemoryItem>& plan, const std::string& whose,
            std::vector<MemoryItem> items) {
  for (MemoryItem& item : items) {
    item.what = whose + ": " + item.what;
    plan.push_back(std::move(item));
  }
}

absl::Status Named(const absl::Status& status, const std::string& key) {
  return absl::Status(status.code(), key + ": " + std::string(status.message()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Node>> Node::Create(const config::Config& config) {
  const auto choice = net::ChooseBackend(BackendRequestOf(config));
  if (!choice.ok()) return Named(choice.status(), "io");
  std::unique_ptr<Node> node(new Node);
  node->backend_ = choice->backend;
  node->backend_reason_ = choice->reason;
  node->advertise_ = AdvertiseOf(config);
  node->started_ = MonotonicNow();
  node->output_fd_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (node->output_fd_ < 0) return absl::ErrnoToStatus(errno, "eventfd");

  // All sockets first: each core has to know every address of the node.
  std::vector<std::unique_ptr<net::EventLoop>> loops;
  std::vector<TransportAddress> own_addresses;
  const std::vector<IpAddress> host_addresses = HostAddresses();
  for (size_t i = 0; i < config.shards().count(); ++i) {
    auto loop = net::EventLoop::Create(node->backend_, ShardLoopOf(config, i));
    if (!loop.ok()) return Named(loop.status(), "media.listen, media.port");
    AddOwnAddresses((*loop)->sockets(), host_addresses, own_addresses);
    loops.push_back(*std::move(loop));
  }
  if (config.stun().enabled()) {
    auto loop = net::EventLoop::Create(node->backend_, StunLoopOf(config));
    if (!loop.ok()) return Named(loop.status(), "stun.listen, stun.port");
    AddOwnAddresses((*loop)->sockets(), host_addresses, own_addresses);
    stun::RateLimiter::Options limits = StunLimitsOf(config);
    limits.hash_seed = net::RandomSeed()[0];
    node->stun_ = std::make_unique<StunServer>(*std::move(loop), limits);
  }
  for (size_t i = 0; i < loops.size(); ++i) {
    relay::CoreConfig core = CoreConfigOf(config, i);
    core.sockets = AddressesOf(loops[i]->sockets());
    core.own_addresses = own_addresses;
    core.seed = net::RandomSeed();
    net::FillRandom(core.transaction_secret);
    std::optional<uint32_t> cpu;
    if (!config.shards().cpus().empty()) cpu = config.shards().cpus(static_cast<int>(i));
    const int fd = node->output_fd_;
    const auto on_outputs = [fd] {
      const uint64_t one = 1;
      // Fails only if the counter is at its maximum, and then the descriptor is readable anyway.
      [[maybe_unused]] const ssize_t written = write(fd, &one, sizeof one);
    };
    node->shards_.push_back(std::make_unique<Shard>(i, std::move(loops[i]), core, cpu, on_outputs,
                                                    &node->taps_.table()));
  }
  node->busy_.resize(node->shards_.size());
  node->sampled_ = node->started_;
  return node;
}

Node::~Node() {
  Stop();
  if (output_fd_ >= 0) close(output_fd_);
}

std::vector<MemoryItem> Node::MemoryPlan(const config::Config& config) {
  std::vector<MemoryItem> plan;
  for (size_t i = 0; i < config.shards().count(); ++i) {
    Append(plan, "shard " + std::to_string(i),
           Shard::MemoryPlan(ShardLoopOf(config, i), CoreConfigOf(config, i)));
  }
  if (config.stun().enabled()) {
    Append(plan, "stun", StunServer::MemoryPlan(StunLoopOf(config), StunLimitsOf(config)));
  }
  if (!config.record().directory().empty()) {
    Append(plan, "recordings",
           NodeTaps::MemoryPlan(config.record().max_recordings(),
                                config.record().queue_memory_bytes()));
  }
  return plan;
}

void Node::Start() {
  for (const auto& shard : shards_) shard->Start();
  if (stun_) stun_->Start();
}

void Node::Stop() {
  for (const auto& shard : shards_) shard->Stop();
  if (stun_) stun_->Stop();
  taps_.Stop();
}

void Node::DrainOutputs(const std::function<void(size_t, relay::Output&&)>& handle) {
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t read_size = read(output_fd_, &count, sizeof count);
  relay::Output output;
  for (const auto& shard : shards_) {
    while (shard->PopOutput(output)) handle(shard->index(), std::move(output));
  }
}

bool Node::Submit(size_t shard, relay::Command&& command) {
  return shards_[shard]->Submit(std::move(command));
}

std::vector<TransportAddress> Node::MediaAddresses(size_t shard) const {
  std::vector<TransportAddress> addresses;
  for (const IpAddress& ip : advertise_) {
    for (const net::BoundSocket& socket : shards_[shard]->sockets()) {
      if (socket.local.ip.family() != ip.family()) continue;
      addresses.push_back({ip, socket.local.port});
      break;
    }
  }
  return addresses;
}

void Node::Sample() {
  const TimePoint now = MonotonicNow();
  const auto elapsed = static_cast<double>((now - sampled_).count());
  if (elapsed <= 0) return;
  for (size_t i = 0; i < shards_.size(); ++i) {
    const uint64_t busy_ns = shards_[i]->loop_counters().busy_ns.value();
    const double ratio = static_cast<double>(busy_ns - busy_[i].busy_ns) / elapsed;
    busy_[i] = {busy_ns, std::clamp(ratio, 0.0, 1.0)};
  }
  sampled_ = now;
}

Duration Node::Uptime() const { return MonotonicNow() - started_; }

control::NodeSnapshot Node::Snapshot() const {
  control::NodeSnapshot snapshot;
  snapshot.io_backend = net::ToString(backend_);
  for (size_t i = 0; i < shards_.size(); ++i) {
    const Shard& shard = *shards_[i];
    const net::LoopCounters& loop = shard.loop_counters();
    control::ShardSnapshot out;
    out.busy_ratio = busy_[i].ratio;
    out.rx_packets = loop.rx_datagrams.value();
    out.rx_bytes = loop.rx_bytes.value();
    out.tx_packets = loop.tx_datagrams.value();
    out.tx_bytes = loop.tx_bytes.value();
    for (size_t r = 0; r < relay::kDropReasons; ++r) {
      const auto reason = static_cast<relay::DropReason>(r);
      out.packets_dropped.push_back(
          {std::string(relay::Label(reason)), shard.metrics().drops[r].value()});
    }
    for (size_t b = 0; b < LatencyHistogram::kSize; ++b) {
      const bool last = b + 1 == LatencyHistogram::kSize;
      out.forward_latency.push_back(
          {last ? std::numeric_limits<uint64_t>::max() : LatencyHistogram::UpperBound(b),
           shard.forward_latency().bucket(b)});
    }
    snapshot.shards.push_back(std::move(out));
  }
  return snapshot;
}

}  // namespace baton
