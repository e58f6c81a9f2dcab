// Makes at the node what a topology says, and removes it again.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/address.h"
#include "bench/load/control_session.h"
#include "bench/load/receiver.h"
#include "bench/load/topology.h"

#include "proto/control.pb.h"

namespace baton::bench {

// What the bench wants to know of the node before it makes anything.
struct NodeFacts {
  TransportAddress media;  // of the first shard
  IpAddress local;         // which address of this host reaches it
  std::string version;
  std::string io_backend;
};
absl::StatusOr<NodeFacts> AskNode(ControlSession& control);

// The request that adds `peer` under the name `endpoint`, and what its answer means: where the peer
// sends its media to, and for ICE peers the start of ICE. InvalidArgument if the answer has no
// address of the peer's family.
control::v1::Request AddEndpointRequest(const Topology& topology, const Peer& peer, uint32_t room,
                                        const std::string& endpoint);
absl::Status OnEndpointAdded(Topology& topology, uint32_t peer,
                             const control::v1::Endpoint& endpoint, Receiver& receiver);

// Rooms with their publishers, subscribers, tracks and legs. Returns when all of it is there and
// the addresses of ICE peers are proven. An error leaves what was made so far.
absl::Status BuildRooms(Topology& topology, ControlSession& control, Receiver& receiver);

// All rooms, with everything in them. Those that are not there are fine.
absl::Status CloseRooms(const Topology& topology, ControlSession& control);

}  // namespace baton::bench
