// What is measured: a process that has been started and is ready for traffic.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/address.h"
#include "bench/yardsticks/child.h"
#include "bench/yardsticks/options.h"
#include "bench/yardsticks/participants.h"

namespace baton::bench {

struct Subject {
  std::unique_ptr<Child> process;
  TransportAddress address;  // where it wants its traffic
  // By publisher, if each has its own: rooms lie on several shards.
  std::vector<TransportAddress> publisher_addresses;

  TransportAddress AddressFor(uint32_t publisher) const {
    return publisher_addresses.empty() ? address : publisher_addresses[publisher];
  }
};

// A node with a room for each publisher, or one for all, and every participant a plain endpoint.
Subject StartBatond(const Options& options, const Participants& participants);
// A node of which nothing but the public Binding server will have anything to do.
Subject StartBindingServer(const Options& options);

// floor and naive, told who gets what; floor and echo.
Subject StartFloor(const Options& options, const Participants& participants);
Subject StartNaive(const Options& options, const Participants& participants);
Subject StartEcho(const Options& options);

}  // namespace baton::bench
