#include "control/dispatcher.h"

#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "control/errors.h"
#include "control/framing.h"
#include "control/ice_credentials.h"
#include "control/messages.h"
#include "control/parts.h"
#include "control/request_checker.h"

namespace baton::control {

v1::Reply ErrorReply(const absl::Status& status) {
  v1::Reply reply;
  *reply.mutable_error() = ToError(status);
  return reply;
}

Dispatcher::Dispatcher(Node& node, Identity identity, size_t event_log_capacity, Counters& counters)
    : node_(node),
      identity_(std::move(identity)),
      counters_(counters),
      mirror_(node.shard_count()),
      log_(event_log_capacity),
      placement_(mirror_, node.shard_count()) {}

void Dispatcher::Handle(const v1::Request& request, Responder respond) {
  switch (request.body_case()) {
    case v1::Request::kListRooms:
      return Respond(request.id(), respond, ListRooms());
    case v1::Request::kShowRoom:
      return Respond(request.id(), respond, ShowRoom(request.show_room()));
    case v1::Request::kShowEndpoint:
      return Respond(request.id(), respond, ShowEndpoint(request.show_endpoint()));
    case v1::Request::kGetNodeStatus:
      return Respond(request.id(), respond, NodeStatus());
    case v1::Request::kGetNodeStatistics:
      return Respond(request.id(), respond, NodeStatistics());
    case v1::Request::kStartRecording:
    case v1::Request::kStopRecording:
    case v1::Request::kListRecordings:
    case v1::Request::kShowRecording:
      return HandleRecording(request, std::move(respond));
    case v1::Request::BODY_NOT_SET:
      return Respond(request.id(), respond,
                     ErrorReply(absl::UnimplementedError(
                         absl::StrCat("the request has no body that this node (version ",
                                      identity_.version, ") knows: upgrade the node"))));
    default:
      return HandleCommand(request, std::move(respond));
  }
}

void Dispatcher::HandleCommand(const v1::Request& request, Responder respond) {
  absl::StatusOr<Action> action = ToAction(request);
  if (!action.ok()) return Respond(request.id(), respond, ErrorReply(action.status()));
  const bool creates_room = std::holds_alternative<relay::CreateRoom>(*action);
  Pending pending{request.id(), SubjectOf(*action), creates_room, std::move(respond), nullptr};
  const relay::Name& room = pending.subject.room;

  if (auto* add = std::get_if<relay::AddIceEndpoint>(&*action)) {
    // Of a repeated request the core ignores these, and the answer has those of the first.
    const absl::StatusOr<relay::IceCredentials> credentials = MakeIceCredentials();
    if (!credentials.ok()) {
      return Respond(pending.id, pending.respond, ErrorReply(credentials.status()));
    }
    add->local = *credentials;
  }
  const std::optional<size_t> shard =
      creates_room ? placement_.BeginCreation(std::string(room)) : placement_.Find(room);
  if (!shard) return Respond(pending.id, pending.respond, ErrorReply(NoSuchRoomError(room)));
  Submit(*shard, std::move(*action), std::move(pending));
}

void Dispatcher::HandleRecording(const v1::Request& request, Responder respond) {
  if (recordings_ == nullptr) {
    return Respond(request.id(), respond,
                   ErrorReply(absl::FailedPreconditionError("this node does not record")));
  }
  recordings_->Handle(request, [this, id = request.id(), respond = std::move(respond)](
                                   v1::Reply&& reply) { Respond(id, respond, std::move(reply)); });
}

bool Dispatcher::Perform(Action&& action, Rooms::Done done) {
  Pending pending{.subject = SubjectOf(action), .done = std::move(done)};
  const std::optional<size_t> shard = placement_.Find(pending.subject.room);
  // A room that is gone is told of like any other error, by a shard that does not have it.
  relay::Command command{last_request_ + 1, std::move(action)};
  if (!node_.Submit(shard.value_or(0), std::move(command))) return false;
  pending_.emplace(++last_request_, std::move(pending));
  return true;
}

void Dispatcher::Submit(size_t shard, Action&& action, Pending pending) {
  relay::Command command{++last_request_, std::move(action)};
  if (node_.Submit(shard, std::move(command))) {
    pending_.emplace(last_request_, std::move(pending));
    return;
  }
  if (pending.creates_room) placement_.CreationDone(pending.subject.room);
  Respond(pending.id, pending.respond,
          ErrorReply(absl::ResourceExhaustedError(
              absl::StrCat("the queue of shard ", shard, " is full: retry in a moment"))));
}

void Dispatcher::OnOutput(size_t shard, relay::Output&& output) {
  if (const auto* event = std::get_if<relay::Event>(&output)) {
    OnEvent(shard, *event);
  } else {
    OnReply(std::get<relay::Reply>(output));
  }
}

void Dispatcher::OnEvent(size_t shard, const relay::Event& event) {
  counters_.events.Add();
  if (!mirror_.Apply(shard, event)) counters_.events_unexpected.Add();
  log_.Append(ToMessage(shard, event));
  if (recordings_ != nullptr) recordings_->OnEvent(event);
}

void Dispatcher::Append(v1::Event event) {
  counters_.events.Add();
  log_.Append(std::move(event));
}

void Dispatcher::OnReply(const relay::Reply& reply) {
  auto pending = pending_.extract(reply.request_id);
  if (pending.empty()) return;  // not one of ours
  const Pending& request = pending.mapped();
  if (request.creates_room) placement_.CreationDone(request.subject.room);
  if (request.done) {
    return request.done(CommandErrorStatus(reply.error, request.subject, mirror_));
  }
  if (reply.error != relay::CommandError::kNone) {
    const absl::Status error = CommandErrorStatus(reply.error, request.subject, mirror_);
    return Respond(request.id, request.respond, ErrorReply(error));
  }
  Respond(request.id, request.respond, Answered(request.subject, reply));
}

// Events come before the reply, so the mirror has what the command made. That it has not can only
// mean that shard and mirror have come apart.
v1::Reply Dispatcher::Answered(const Subject& subject, const relay::Reply& reply) const {
  v1::Reply answer;
  const std::string_view room = subject.room;
  const RoomRecord* record = mirror_.FindRoom(room);
  switch (subject.answer) {
    case Answer::kDone:
      answer.mutable_done();
      return answer;
    case Answer::kRoom:
      if (record == nullptr) break;
      *answer.mutable_room() = ToMessage(room, *record);
      return answer;
    case Answer::kEndpoint:
      return EndpointReply(room, subject.endpoint);
    case Answer::kTrack: {
      const TrackRecord* track = mirror_.FindTrack(room, subject.endpoint, subject.track);
      if (track == nullptr) break;
      const TrackKey key{std::string(subject.endpoint), std::string(subject.track)};
      *answer.mutable_track() = ToMessage(room, key, *track);
      return answer;
    }
    case Answer::kLeg: {
      const Subject after = AfterSwitch(subject);
      const LegKey key{std::string(after.subscriber), std::string(after.endpoint),
                       std::string(after.track)};
      const LegRecord* leg = mirror_.FindLeg(room, after.subscriber, after.endpoint, after.track);
      if (leg == nullptr) break;
      *answer.mutable_leg() = ToMessage(room, key, *leg);
      return answer;
    }
    case Answer::kStatistics:
      if (record == nullptr || reply.statistics == nullptr) break;
      *answer.mutable_room_statistics() = ToMessage(room, *record, *reply.statistics);
      answer.mutable_room_statistics()->set_sampled_at_ms(UptimeMs());
      return answer;
  }
  return ErrorReply(absl::InternalError("the shard has done it, but its event is missing"));
}

v1::Reply Dispatcher::EndpointReply(std::string_view room, std::string_view endpoint) const {
  const RoomRecord* room_record = mirror_.FindRoom(room);
  if (room_record == nullptr) return ErrorReply(NoSuchRoomError(room));
  const EndpointRecord* record = mirror_.FindEndpoint(room, endpoint);
  if (record == nullptr) return ErrorReply(NoSuchEndpointError(room, endpoint));
  v1::Reply reply;
  *reply.mutable_endpoint() = ToMessage(room, endpoint, *record);
  AddDetails(*record, reply.mutable_endpoint());
  AddMediaAddresses(node_.MediaAddresses(room_record->shard), reply.mutable_endpoint());
  return reply;
}

v1::Reply Dispatcher::ListRooms() const {
  v1::Reply reply;
  v1::RoomList* list = reply.mutable_rooms();
  for (const auto& [name, record] : mirror_.rooms()) *list->add_rooms() = ToMessage(name, record);
  return reply;
}

v1::Reply Dispatcher::ShowRoom(const v1::ShowRoom& request) const {
  const absl::Status name = CheckName("room", request.room());
  if (!name.ok()) return ErrorReply(name);
  const RoomRecord* record = mirror_.FindRoom(request.room());
  if (record == nullptr) return ErrorReply(NoSuchRoomError(request.room()));
  v1::Reply reply;
  AddRoom(request.room(), *record, reply.mutable_state());
  if (recordings_ != nullptr) recordings_->Describe(request.room(), reply.mutable_state());
  return reply;
}

v1::Reply Dispatcher::ShowEndpoint(const v1::ShowEndpoint& request) const {
  const absl::Status room = CheckName("room", request.room());
  if (!room.ok()) return ErrorReply(room);
  const absl::Status endpoint = CheckName("endpoint", request.endpoint());
  if (!endpoint.ok()) return ErrorReply(endpoint);
  return EndpointReply(request.room(), request.endpoint());
}

void Dispatcher::Respond(uint64_t id, const Responder& respond, v1::Reply reply) {
  const auto code = static_cast<size_t>(reply.error().code());
  counters_.requests[code < kCodes ? code : 0].Add();
  reply.set_id(id);
  respond(std::move(reply));
}

v1::Position Dispatcher::position() const {
  v1::Position position;
  position.set_epoch(identity_.epoch);
  position.set_revision(log_.last_revision());
  return position;
}

Dispatcher::Frames Dispatcher::SnapshotFrames() {
  Frames frames = snapshot_.lock();
  if (frames != nullptr && snapshot_revision_ == log_.last_revision()) return frames;
  v1::State state;
  for (const auto& [name, record] : mirror_.rooms()) AddRoom(name, record, &state);
  if (recordings_ != nullptr) recordings_->Describe("", &state);
  auto built = std::make_shared<std::vector<std::string>>();
  std::vector<v1::State> parts = SplitState(std::move(state));
  for (size_t i = 0; i < parts.size(); ++i) {
    v1::ServerMessage message;
    v1::Snapshot* snapshot = message.mutable_watch()->mutable_snapshot();
    *snapshot->mutable_position() = position();
    *snapshot->mutable_state() = std::move(parts[i]);
    snapshot->set_last(i + 1 == parts.size());
    built->push_back(EncodeFrame(message));
  }
  frames = std::move(built);
  snapshot_ = frames;
  snapshot_revision_ = log_.last_revision();
  return frames;
}

}  // namespace baton::control
