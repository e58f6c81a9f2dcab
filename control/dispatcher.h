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
#include "control/recording_service.h"
#include "control/rooms.h"
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

  // Who answers requests about recordings, and is told events. It outlives the dispatcher, or is
  // taken back with null.
  void set_recordings(RecordingService* recordings) { recordings_ = recordings; }

  // Lets the shard of its room do an action of the node's own; `done` is given what a client would
  // be told. False, and `done` is not called, if the shard's queue is full.
  bool Perform(Action&& action, Rooms::Done done);

  // Gives an event of the control plane's own its revision.
  void Append(v1::Event event);

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
    Rooms::Done done;  // instead, for what the node asks itself
  };

  void HandleCommand(const v1::Request& request, Responder respond);
  void HandleRecording(const v1::Request& request, Responder respond);
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
  RecordingService* recordings_ = nullptr;
  uint64_t last_request_ = 0;
  std::unordered_map<uint64_t, Pending> pending_;
  std::weak_ptr<const std::vector<std::string>> snapshot_;
  uint64_t snapshot_revision_ = 0;
};

// A reply that is an error.
v1::Reply ErrorReply(const absl::Status& status);

}  // namespace baton::control
