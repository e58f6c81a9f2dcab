// What a shard's core is told at its birth.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "base/address.h"
#include "base/random.h"
#include "base/time_point.h"
#include "relay/capacity.h"
#include "stun/transaction_ids.h"

namespace baton::relay {

// Which destinations media and checks may be sent to, beyond ordinary unicast addresses. What is
// never allowed is in relay/address_policy.h.
struct AddressPolicy {
  bool allow_loopback = false;
  bool allow_link_local = false;
};

struct CoreConfig {
  Limits limits;
  AddressPolicy policy;
  // By SocketIndex: where this shard's sockets are bound, for the choice of a socket by family.
  std::vector<TransportAddress> sockets;
  // Every address at which this node receives UDP, this shard's included: to send there would be a
  // loop. A wildcard address stands for that port on every address of the host.
  std::vector<TransportAddress> own_addresses;
  Duration consent_timeout = std::chrono::seconds(30);  // RFC 7675
  Duration check_interval = std::chrono::seconds(5);    // varied by 20% either way
  Duration media_timeout = std::chrono::seconds(5);     // without a packet: stopped, silent
  // For how long, and in how much memory, packets are kept to be sent again; 0 bytes: not at all.
  Duration history_age = std::chrono::seconds(1);
  size_t history_bytes = size_t{64} * 1024 * 1024;
  // Pad packets of video tracks so that they travel in longer runs (relay/run_padding.h).
  bool pad_runs = true;
  // For SSRCs, first sequence numbers and timestamps, and the spread of checks. Peers see what is
  // drawn from it.
  Random::Seed seed{};
  // For STUN transaction ids and the seeds of hashes, which nobody may guess.
  stun::TransactionIds::Secret transaction_secret{};
};

}  // namespace baton::relay
