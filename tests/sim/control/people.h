// The people of a run: makes participants, their tracks and their receivers, each with properties
// of its own, as far as the scenario lets them be.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "base/random.h"
#include "relay/command.h"
#include "tests/sim/control/directory.h"
#include "tests/sim/engine/scheduler.h"
#include "tests/sim/engine/trace.h"
#include "tests/sim/engine/violations.h"
#include "tests/sim/judge/judge.h"
#include "tests/sim/media/stream_table.h"
#include "tests/sim/network/network.h"
#include "tests/sim/peers/peer.h"
#include "tests/sim/scenario.h"

namespace baton::sim {

// What all of a run's parts stand on. Each outlives whoever holds this.
struct World {
  const Scenario& scenario;
  Scheduler& scheduler;
  Trace& trace;
  Violations& violations;
  Network& network;
  StreamTable& streams;
  Directory& directory;
  Judge& judge;
};

class People {
 public:
  explicit People(const World& world);

  // A participant, who is silent until Peer::Start(), and what to ask a node for.
  struct NewEndpoint {
    uint32_t endpoint;
    decltype(relay::Command::action) action;
  };
  NewEndpoint MakeEndpoint(uint32_t room, const std::string& name);

  struct NewTrack {
    uint32_t track;
    relay::PublishTrack action;
  };
  NewTrack MakeTrack(uint32_t endpoint, relay::MediaKind kind, const std::string& name);
  // What the controller may say of a leg beyond its name: all of it may be left to the node.
  void DressUp(uint32_t subscriber, uint32_t track, relay::AddLeg& leg);

  void MakeReceiver(uint32_t leg);

  Peer& peer(uint32_t endpoint) { return *peers_[endpoint]; }
  std::span<const std::unique_ptr<Peer>> peers() const { return peers_; }
  // Null if the leg has none.
  Receiver* FindReceiver(uint32_t leg);
  Publication* FindPublication(uint32_t track);

  // An address that nobody has had.
  TransportAddress NewAddress(AddressFamily family);

 private:
  relay::EndpointParameters MakeParameters(Random& random) const;
  relay::TrackParameters MakeTrackParameters(uint32_t endpoint, relay::MediaKind kind,
                                             Random& random);
  void AddEncodings(relay::TrackParameters& parameters, bool known_by_rid, Random& random);
  RtpSender::Config MakeSender(uint32_t track, uint32_t encoding);

  World world_;
  Random random_;
  std::vector<std::unique_ptr<Peer>> peers_;  // by endpoint
  uint32_t addresses_ = 0;
};

}  // namespace baton::sim
