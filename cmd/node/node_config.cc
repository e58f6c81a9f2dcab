#include "cmd/node/node_config.h"

#include <chrono>
#include <string>

#include "base/check.h"

namespace baton {
namespace {

// Requests are small: the longest that a client would send, with room to spare.
constexpr size_t kStunBufferSize = 640;
constexpr size_t kStunBuffers = 1024;

template <class Strings>
std::vector<IpAddress> ParseAll(const Strings& texts) {
  std::vector<IpAddress> addresses;
  for (const std::string& text : texts) {
    const auto address = IpAddress::Parse(text);
    BATON_CHECK(address.has_value());
    addresses.push_back(*address);
  }
  return addresses;
}

std::vector<TransportAddress> WithPort(const std::vector<IpAddress>& addresses, uint16_t port) {
  std::vector<TransportAddress> result;
  for (const IpAddress& ip : addresses) result.push_back({ip, port});
  return result;
}

// The i-th of `parts` nearly equal parts of `total`.
uint32_t PartOf(uint32_t total, size_t i, size_t parts) {
  return static_cast<uint32_t>(total / parts + (i < total % parts ? 1 : 0));
}

}  // namespace

net::BackendRequest BackendRequestOf(const config::Config& config) {
  switch (config.io()) {
    case config::Config::IO_URING:
      return net::BackendRequest::kUring;
    case config::Config::IO_EPOLL:
      return net::BackendRequest::kEpoll;
    case config::Config::IO_AUTO:
      break;
  }
  return net::BackendRequest::kAuto;
}

std::vector<IpAddress> MediaListenOf(const config::Config& config) {
  return ParseAll(config.media().listen());
}

std::vector<IpAddress> StunListenOf(const config::Config& config) {
  return config.stun().listen().empty() ? MediaListenOf(config) : ParseAll(config.stun().listen());
}

std::vector<IpAddress> AdvertiseOf(const config::Config& config) {
  return config.media().advertise().empty() ? MediaListenOf(config)
                                            : ParseAll(config.media().advertise());
}

net::EventLoopConfig ShardLoopOf(const config::Config& config, size_t shard) {
  const config::Media& media = config.media();
  const size_t port = media.port() == 0 ? 0 : media.port() + shard;
  net::EventLoopConfig loop;
  loop.bind = WithPort(MediaListenOf(config), static_cast<uint16_t>(port));
  loop.rx_buffers = media.receive_buffers();
  loop.receive_runs = true;
  loop.destinations = ShardLimitsOf(config, shard).endpoints;
  loop.receive_buffer_bytes = static_cast<int>(media.socket_receive_buffer_bytes());
  loop.send_buffer_bytes = static_cast<int>(media.socket_send_buffer_bytes());
  return loop;
}

net::EventLoopConfig StunLoopOf(const config::Config& config) {
  net::EventLoopConfig loop;
  loop.bind = WithPort(StunListenOf(config), static_cast<uint16_t>(config.stun().port()));
  loop.rx_buffers = kStunBuffers;
  loop.rx_buffer_size = kStunBufferSize;
  // Nobody asks how long an answer took.
  loop.receive_times = false;
  return loop;
}

stun::RateLimiter::Options StunLimitsOf(const config::Config& config) {
  const config::Stun& stun = config.stun();
  stun::RateLimiter::Options limits;
  limits.requests_per_second = stun.requests_per_second();
  limits.burst = stun.burst();
  limits.prefixes = stun.prefixes();
  limits.v4_prefix_bits = static_cast<uint8_t>(stun.v4_prefix_bits());
  limits.v6_prefix_bits = static_cast<uint8_t>(stun.v6_prefix_bits());
  return limits;
}

relay::Limits ShardLimitsOf(const config::Config& config, size_t shard) {
  const config::Limits& limits = config.limits();
  const size_t shards = config.shards().count();
  relay::Limits result;
  result.rooms = PartOf(limits.rooms(), shard, shards);
  result.endpoints = PartOf(limits.endpoints(), shard, shards);
  result.tracks = PartOf(limits.tracks(), shard, shards);
  result.streams = PartOf(limits.streams(), shard, shards);
  result.legs = PartOf(limits.legs(), shard, shards);
  result.endpoints_per_room = limits.endpoints_per_room();
  result.tracks_per_endpoint = limits.tracks_per_endpoint();
  result.legs_per_track = limits.legs_per_track();
  return result;
}

relay::CoreConfig CoreConfigOf(const config::Config& config, size_t shard) {
  relay::CoreConfig core;
  core.limits = ShardLimitsOf(config, shard);
  core.policy.allow_loopback = config.addresses().allow_loopback();
  core.policy.allow_link_local = config.addresses().allow_link_local();
  core.consent_timeout = std::chrono::milliseconds(config.ice().consent_timeout_ms());
  core.check_interval = std::chrono::milliseconds(config.ice().check_interval_ms());
  core.history_age = std::chrono::milliseconds(config.media().history_ms());
  core.history_bytes = config.media().history_memory_bytes();
  core.pad_runs = config.media().pad_runs();
  core.media_timeout = std::chrono::milliseconds(config.media().silence_timeout_ms());
  return core;
}

}  // namespace baton
