// The dispatcher's replies about the node as a whole.
#include <algorithm>
#include <chrono>

#include "control/dispatcher.h"

namespace baton::control {
namespace {

template <class Message>
void SetTotals(const Totals& totals, Message* message) {
  message->set_room_count(totals.rooms);
  message->set_endpoint_count(totals.endpoints);
  message->set_track_count(totals.tracks);
  message->set_leg_count(totals.legs);
}

void SetCounter(const NamedCount& from, v1::NamedCounter* to) {
  to->set_name(from.name);
  to->set_value(from.value);
}

void SetStatistics(const ShardSnapshot& from, v1::ShardStatistics* to) {
  to->set_rx_packets(from.rx_packets);
  to->set_rx_bytes(from.rx_bytes);
  to->set_tx_packets(from.tx_packets);
  to->set_tx_bytes(from.tx_bytes);
  for (const NamedCount& dropped : from.packets_dropped) {
    SetCounter(dropped, to->add_packets_dropped());
  }
  for (const LatencyBucket& bucket : from.forward_latency) {
    v1::HistogramBucket* message = to->add_forward_latency();
    message->set_upper_bound(bucket.upper_bound_ns);
    message->set_count(bucket.count);
  }
}

}  // namespace

uint64_t Dispatcher::UptimeMs() const {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(node_.Uptime()).count();
  return static_cast<uint64_t>(ms);
}

v1::Reply Dispatcher::NodeStatus() const {
  const NodeSnapshot snapshot = node_.Snapshot();
  v1::Reply reply;
  v1::NodeStatus* status = reply.mutable_node_status();
  status->set_name(identity_.name);
  status->set_version(identity_.version);
  status->set_uptime_ms(UptimeMs());
  status->set_io_backend(snapshot.io_backend);
  status->set_epoch(identity_.epoch);
  status->set_revision(log_.last_revision());
  SetTotals(mirror_.totals(), status);
  const size_t shards = std::min(snapshot.shards.size(), node_.shard_count());
  for (size_t i = 0; i < shards; ++i) {
    v1::ShardStatus* shard = status->add_shards();
    shard->set_shard(static_cast<uint32_t>(i));
    shard->set_busy_ratio(snapshot.shards[i].busy_ratio);
    SetTotals(mirror_.totals(i), shard);
    for (const TransportAddress& address : node_.MediaAddresses(i)) {
      shard->add_media_addresses(address.ToString());
    }
  }
  return reply;
}

v1::Reply Dispatcher::NodeStatistics() const {
  const NodeSnapshot snapshot = node_.Snapshot();
  v1::Reply reply;
  v1::NodeStatistics* statistics = reply.mutable_node_statistics();
  statistics->set_sampled_at_ms(UptimeMs());
  for (size_t i = 0; i < snapshot.shards.size(); ++i) {
    v1::ShardStatistics* shard = statistics->add_shards();
    shard->set_shard(static_cast<uint32_t>(i));
    SetStatistics(snapshot.shards[i], shard);
  }
  v1::ControlStatistics* control = statistics->mutable_control();
  control->set_sessions(static_cast<uint32_t>(counters_.sessions.value()));
  control->set_watchers(static_cast<uint32_t>(counters_.watchers.value()));
  for (const NamedCount& count : List(counters_)) SetCounter(count, control->add_counters());
  return reply;
}

}  // namespace baton::control
