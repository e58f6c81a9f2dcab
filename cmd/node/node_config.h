// From the configuration to what the parts of a node are told.
#pragma once

#include <cstddef>
#include <vector>

#include "base/address.h"
#include "net/event_loop.h"
#include "net/probe.h"
#include "relay/config.h"
#include "stun/rate_limiter.h"

#include "proto/config.pb.h"

namespace baton {

net::BackendRequest BackendRequestOf(const config::Config& config);

// Addresses as text, which validation has read before.
std::vector<IpAddress> MediaListenOf(const config::Config& config);
std::vector<IpAddress> StunListenOf(const config::Config& config);
// What goes into candidates: `media.advertise`, or else where media listens.
std::vector<IpAddress> AdvertiseOf(const config::Config& config);

// The sockets and buffers of a shard, one port above the other; any port where the first is 0.
net::EventLoopConfig ShardLoopOf(const config::Config& config, size_t shard);
net::EventLoopConfig StunLoopOf(const config::Config& config);
stun::RateLimiter::Options StunLimitsOf(const config::Config& config);

// A shard's part of the node's limits: their sum over the shards is the node's.
relay::Limits ShardLimitsOf(const config::Config& config, size_t shard);

// Without sockets, own addresses and secrets.
relay::CoreConfig CoreConfigOf(const config::Config& config, size_t shard);

}  // namespace baton
