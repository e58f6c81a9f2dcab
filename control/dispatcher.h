// Answers requests: from the mirror where it can, through a shard where the state is to change.
// Knows no connection; control/session.h brings requests and takes replies. All on the control
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "control/counters.h"
#include "control/event_log.h"
#include "control/mirror.h"
#include "control/node.h"
#include "control/placement.h"
#include "control/subject.h"
#include "relay/output.h"

#include "proto/control.pb.h"

namespace baton::control {

// Who the node says it is.
struct Identity {
  std::string name;
  std::string version;
  uint64_t epoch = 0;  // another one for each run of the node
};

class Dispatcher {
 public:
  // Called once for each request, maybe before Handle() returns.
  using Responder = std::function<void(v1::Reply&&)>;

  // `node` and `counters` outlive the dispatcher.
  Dispatcher(Node& node, Identity identity, size_t event_log_capacity, Counters& counters);

  // Any request but Hello and Watch, which are between a session and its client.
  void Handle(const v1::Request& request, Responder respond);

  // Everything that shard `shard` has put out, in order.
  void OnOutput(size_t shard, relay::Output&& output);

  const Identity& identity() const { return identity_; }
  const Mirror& mirror() const { return mirror_; }
  const EventLog& log() const { return log_; }
  v1::Position position() const;

  // The state at position() as frames of WatchMessages. Watchers that start at the same revision
  // share one copy.
  using Frames = std::shared_ptr<const std::vector<std::string>>;
  Frames SnapshotFrames();

 private:
  // A request that a shard works on.
  struct Pending {
    uint64_t id = 0;  // the client's
    Subject subject;
    bool creates_room = false;
    Responder respond;
  };

  void HandleCommand(const v1::Request& request, Responder respond);
  void Submit(size_t shard, Action&& action, Pending pending);
  void OnEvent(size_t shard, const relay::Event& event);
  void OnReply(const relay::Reply& reply);

  v1::Reply ListRooms() const;
  v1::Reply ShowRoom(const v1::ShowRoom& request) const;
  v1::Reply ShowEndpoint(const v1::ShowEndpoint& request) const;
  v1::Reply NodeStatus() const;
  v1::Reply NodeStatistics() const;
  v1::Reply Answered(const Subject& subject, const relay::Reply& reply) const;
  v1::Reply EndpointReply(std::string_view room, std::string_view endpoint) const;
  uint64_t UptimeMs() const;

  void Respond(uint64_t id, const Responder& respond, v1::Reply reply);

  Node& node_;
  Identity identity_;
  Counters& counters_;
  Mirror mirror_;
  EventLog log_;
  Placement placement_;
  uint64_t last_request_ = 0;
  std::unordered_map<uint64_t, Pending> pending_;
  std::weak_ptr<const std::vector<std::string>> snapshot_;
  uint64_t snapshot_revision_ = 0;
};

// A reply that is an error.
v1::Reply ErrorReply(const absl::Status& status);

}  // namespace baton::control
