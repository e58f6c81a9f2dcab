#include "tests/sim/control/controller.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "tests/sim/engine/random_stream.h"
#include "tests/sim/engine/virtual_clock.h"

namespace baton::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

template <class Wanted>
bool Is(size_t index) {
  return decltype(relay::Command::action)(Wanted{}).index() == index;
}

// Answers that a controller has to live with: what it asked about has gone in the meantime, or
// there is no room.
bool IsExpected(relay::CommandError error) {
  switch (error) {
    case relay::CommandError::kNone:
    case relay::CommandError::kNoSuchRoom:
    case relay::CommandError::kNoSuchEndpoint:
    case relay::CommandError::kNoSuchTrack:
    case relay::CommandError::kNoSuchLeg:
    case relay::CommandError::kTooManyRooms:
    case relay::CommandError::kTooManyEndpoints:
    case relay::CommandError::kTooManyEndpointsInRoom:
    case relay::CommandError::kTooManyTracks:
    case relay::CommandError::kTooManyTracksOfEndpoint:
    case relay::CommandError::kTooManyLegs:
    case relay::CommandError::kTooManyLegsOfTrack:
    case relay::CommandError::kTooManyStreams:
    case relay::CommandError::kTooManySourcesOfEndpoint:
      return true;
    default:
      return false;
  }
}

}  // namespace

Controller::Controller(const World& world, People& people,
                       std::vector<std::unique_ptr<Node>>& nodes)
    : world_(world),
      people_(people),
      nodes_(nodes),
      random_(RandomStream(world.scenario.seed, "controller")),
      life_(RandomStream(world.scenario.seed, "life")) {}

// -------------------------------------------------------------------------------------- the run

void Controller::Start() {
  for (uint32_t i = 0; i < world_.scenario.rooms; ++i) OpenRoom();
  PlanNext(kChange, milliseconds(20));
  PlanNext(kMove, world_.scenario.move_interval);
  PlanNext(kRestart, world_.scenario.restart_interval);
}

void Controller::PlanNext(Timer timer, Duration mean_interval) {
  if (mean_interval == Duration{}) return;
  Random& random = timer == kChange ? random_ : life_;
  world_.scheduler.After(Between(random, Duration{}, 2 * mean_interval), *this, timer);
}

void Controller::Happen(TimePoint now, uint64_t what) {
  const auto timer = static_cast<Timer>(what & ((uint64_t{1} << kTimerBits) - 1));
  if (timer == kStopPeer) {
    return people_.peer(static_cast<uint32_t>(what >> kTimerBits)).Stop();
  }
  if (calm_) return;
  switch (timer) {
    case kChange: {
      Change();
      // The first seconds are for building up.
      const bool young = now - kBeginning < seconds(2);
      return PlanNext(kChange, young ? milliseconds(40) : world_.scenario.change_interval);
    }
    case kMove:
      MoveSomebody();
      return PlanNext(kMove, world_.scenario.move_interval);
    case kRestart:
      RestartSomebody();
      return PlanNext(kRestart, world_.scenario.restart_interval);
    case kStopPeer:
      return;
  }
}

void Controller::CalmDown() {
  calm_ = true;
  for (uint32_t leg = 0; leg < world_.directory.legs(); ++leg) {
    if (world_.directory.leg(leg).alive) PauseLeg(leg, false);
  }
  for (uint32_t track = 0; track < world_.directory.tracks(); ++track) {
    if (!world_.directory.track(track).alive) continue;
    if (Publication* publication = people_.FindPublication(track)) {
      publication->LimitEncodings(world_.directory.track(track).parameters.encodings.size());
      publication->Start();
    }
  }
}

void Controller::CloseAll() {
  for (uint32_t room = 0; room < world_.directory.rooms(); ++room) {
    if (world_.directory.room(room).alive) CloseRoom(room);
  }
}

// ---------------------------------------------------------------------------------- what to ask

void Controller::Change() {
  const uint32_t room = PickRoom();
  if (room == kNone) return OpenRoom();
  const uint32_t endpoint = PickEndpoint(random_);
  const uint32_t track = PickTrack();
  const uint32_t leg = PickLeg();
  const uint64_t choice = random_.Below(100);
  if (choice < 2) return CountRooms() < world_.scenario.rooms ? OpenRoom() : CloseRoom(room);
  if (choice < 25 || endpoint == kNone) {
    if (CountEndpoints(room) < world_.scenario.endpoints_per_room) return AddEndpoint(room);
    if (choice < 6) return RemoveEndpoint(endpoint);
  }
  if (endpoint == kNone) return;
  if (choice < 45) return AddTrack(endpoint);
  if (choice < 49) return track == kNone ? void() : RemoveTrack(track);
  if (choice < 56) return track == kNone ? void() : ToggleTrack(track);
  if (choice < 63) return AddLeg(room);
  if (choice < 65) return AskForStatistics(room);
  if (leg == kNone) return;
  if (choice < 68) return RemoveLeg(leg);
  if (choice < 78) return PauseLeg(leg, random_.OneIn(2));
  if (choice < 90) return SetLayer(leg);
  SwitchLeg(leg);
}

void Controller::Ask(uint32_t node, Action action, uint32_t subject) {
  relay::Command command{++commands_, std::move(action)};
  asked_[command.request_id] = {command.action.index(), subject};
  if (!nodes_[node]->Submit(std::move(command))) asked_.erase(commands_);
}

std::string Controller::NewName(const std::string& parent, const char* prefix) {
  for (uint32_t i = 0;; ++i) {
    const std::string name = absl::StrCat(prefix, i);
    if (names_.insert(parent.empty() ? name : absl::StrCat(parent, "/", name)).second) return name;
  }
}

void Controller::OpenRoom() {
  const std::string name = NewName("", "r");
  const auto node = static_cast<uint32_t>(random_.Below(nodes_.size()));
  world_.directory.NewRoom(name, node);
  const bool all = !random_.OneIn(4);
  Ask(node, relay::CreateRoom{relay::Name(name),
                              all ? relay::SubscribeMode::kAll : relay::SubscribeMode::kManual});
}

void Controller::CloseRoom(uint32_t room) {
  const RoomRecord& record = world_.directory.room(room);
  Ask(record.node, relay::CloseRoom{relay::Name(record.name)});
}

void Controller::AddEndpoint(uint32_t room) {
  const RoomRecord& record = world_.directory.room(room);
  const People::NewEndpoint made = people_.MakeEndpoint(room, NewName(record.name, "e"));
  Ask(record.node, made.action, made.endpoint);
}

void Controller::RemoveEndpoint(uint32_t endpoint) {
  const EndpointRecord& record = world_.directory.endpoint(endpoint);
  const RoomRecord& room = world_.directory.room(record.room);
  Ask(room.node, relay::RemoveEndpoint{relay::Name(room.name), relay::Name(record.name)});
}

void Controller::AddTrack(uint32_t endpoint) {
  const EndpointRecord& record = world_.directory.endpoint(endpoint);
  const relay::MediaKind kind =
      random_.OneIn(2) ? relay::MediaKind::kVideo : relay::MediaKind::kAudio;
  const People::NewTrack made = people_.MakeTrack(endpoint, kind, NewName(record.full_name, "t"));
  // Some begin before they are known.
  if (random_.OneIn(8)) people_.FindPublication(made.track)->Start();
  Ask(world_.directory.NodeOf(endpoint), made.action, made.track);
}

void Controller::RemoveTrack(uint32_t track) {
  const TrackRecord& record = world_.directory.track(track);
  const EndpointRecord& publisher = world_.directory.endpoint(record.endpoint);
  const RoomRecord& room = world_.directory.room(publisher.room);
  Ask(room.node, relay::UnpublishTrack{relay::Name(room.name), relay::Name(publisher.name),
                                       relay::Name(record.name)});
}

relay::LegName Controller::NameOf(uint32_t subscriber, uint32_t track) const {
  const TrackRecord& record = world_.directory.track(track);
  const EndpointRecord& publisher = world_.directory.endpoint(record.endpoint);
  return {relay::Name(world_.directory.room(publisher.room).name),
          relay::Name(world_.directory.endpoint(subscriber).name), relay::Name(publisher.name),
          relay::Name(record.name)};
}

void Controller::AddLeg(uint32_t room) {
  const auto in_room = [&](uint32_t endpoint) {
    return world_.directory.endpoint(endpoint).alive &&
           world_.directory.endpoint(endpoint).room == room;
  };
  const uint32_t subscriber = Pick(random_, world_.directory.endpoints(), in_room);
  const uint32_t track = Pick(random_, world_.directory.tracks(), [&](uint32_t t) {
    const TrackRecord& record = world_.directory.track(t);
    return record.alive && in_room(record.endpoint) && record.endpoint != subscriber;
  });
  if (subscriber == kNone || track == kNone) return;
  relay::AddLeg action;
  action.leg = NameOf(subscriber, track);
  if (!HasLeg(subscriber, track)) people_.DressUp(subscriber, track, action);
  Ask(world_.directory.room(room).node, action);
}

void Controller::RemoveLeg(uint32_t leg) {
  const LegRecord& record = world_.directory.leg(leg);
  Ask(world_.directory.NodeOf(record.subscriber),
      relay::RemoveLeg{NameOf(record.subscriber, record.track)});
}

void Controller::PauseLeg(uint32_t leg, bool paused) {
  const LegRecord& record = world_.directory.leg(leg);
  Ask(world_.directory.NodeOf(record.subscriber),
      relay::PauseLeg{NameOf(record.subscriber, record.track), paused});
}

void Controller::SetLayer(uint32_t leg) {
  if (!world_.scenario.features.layers) return;
  const LegRecord& record = world_.directory.leg(leg);
  relay::Layer layer;
  if (!random_.OneIn(3)) layer.spatial = static_cast<uint8_t>(random_.Below(3));
  if (!random_.OneIn(3)) layer.temporal = static_cast<uint8_t>(random_.Below(3));
  Ask(world_.directory.NodeOf(record.subscriber),
      relay::SetLegLayer{NameOf(record.subscriber, record.track), layer});
}

void Controller::SwitchLeg(uint32_t leg) {
  if (!world_.scenario.features.source_switch) return;
  const LegRecord& record = world_.directory.leg(leg);
  const relay::TrackParameters& from = world_.directory.track(record.track).parameters;
  const uint32_t room = world_.directory.endpoint(record.subscriber).room;
  const uint32_t track = Pick(random_, world_.directory.tracks(), [&](uint32_t t) {
    const TrackRecord& to = world_.directory.track(t);
    return to.alive && world_.directory.endpoint(to.endpoint).room == room &&
           to.endpoint != record.subscriber && to.parameters.kind == from.kind &&
           !HasLeg(record.subscriber, t);
  });
  if (track == kNone) return;
  const relay::LegName to = NameOf(record.subscriber, track);
  Ask(world_.directory.room(room).node,
      relay::SwitchLeg{NameOf(record.subscriber, record.track), to.publisher, to.track});
}

void Controller::AskForStatistics(uint32_t room) {
  const RoomRecord& record = world_.directory.room(room);
  Ask(record.node, relay::GetRoomStatistics{relay::Name(record.name)});
}

bool Controller::HasLeg(uint32_t subscriber, uint32_t track) const {
  for (const uint32_t leg : world_.directory.legs_of(subscriber)) {
    if (world_.directory.leg(leg).track == track) return true;
  }
  return false;
}

// ------------------------------------------------------------------------- what people do
// themselves

void Controller::ToggleTrack(uint32_t track) {
  Publication* const publication = people_.FindPublication(track);
  if (publication == nullptr) return;
  const size_t encodings = world_.directory.track(track).parameters.encodings.size();
  if (encodings > 1 && random_.OneIn(2)) {
    return publication->LimitEncodings(Between(random_, 1, encodings));
  }
  if (publication->running()) return publication->Pause();
  publication->Start();
}

void Controller::MoveSomebody() {
  const uint32_t endpoint = PickEndpoint(life_);
  if (endpoint == kNone ||
      world_.directory.endpoint(endpoint).transport == relay::Transport::kPlain) {
    return;
  }
  Peer& peer = people_.peer(endpoint);
  const TransportAddress address = people_.NewAddress(peer.address().ip.family());
  world_.judge.OnAddress(endpoint, address);
  peer.Move(address, life_.OneIn(2));
}

void Controller::RestartSomebody() {
  const uint32_t endpoint = PickEndpoint(life_);
  if (endpoint != kNone) people_.peer(endpoint).Restart();
}

// ------------------------------------------------------------------------------------- answers

void Controller::OnReply(uint32_t node, const relay::Reply& reply) {
  const auto found = asked_.find(reply.request_id);
  if (found == asked_.end()) {
    return world_.violations.Report(world_.scheduler.now(), "an answer to nothing");
  }
  const Asked asked = found->second;
  asked_.erase(found);
  // Two commands that were under way at once may make the same leg, each in its way.
  const bool raced = reply.error == relay::CommandError::kContradicts &&
                     (Is<relay::AddLeg>(asked.action) || Is<relay::SwitchLeg>(asked.action));
  if (!IsExpected(reply.error) && !raced) {
    return world_.violations.Report(
        world_.scheduler.now(),
        absl::StrCat("node ", node, " answers a command of type ", asked.action, " with error ",
                     static_cast<int>(reply.error)));
  }
  if (reply.error != relay::CommandError::kNone) return;
  if (Is<relay::AddPlainEndpoint>(asked.action) || Is<relay::AddIceEndpoint>(asked.action)) {
    people_.peer(asked.subject).Start();
  } else if (Is<relay::PublishTrack>(asked.action)) {
    if (Publication* publication = people_.FindPublication(asked.subject)) publication->Start();
  }
}

void Controller::Tell(uint32_t leg, const std::string& what) const {
  if (!world_.trace.FollowsLeg(leg)) return;
  world_.trace.Tell(world_.scheduler.now(), world_.directory.leg(leg).name, what);
}

void Controller::OnLegAdded(uint32_t leg) {
  world_.judge.OnLegAdded(leg);
  people_.MakeReceiver(leg);
  Tell(leg, "is added");
}

void Controller::OnLegInterrupted(uint32_t leg) {
  world_.judge.OnLegInterrupted(leg);
  Tell(leg, "is paused, or its subscriber out of reach");
}

void Controller::OnLegResumed(uint32_t leg) { Tell(leg, "is resumed"); }

void Controller::OnLegSwitched(uint32_t leg) {
  Tell(leg, "is pointed at " + world_.directory.track(world_.directory.leg(leg).track).full_name);
}

void Controller::OnLegLayerSet(uint32_t leg) {
  world_.judge.OnLegLayerSet(leg);
  const relay::Layer& wanted = world_.directory.leg(leg).wanted;
  Tell(leg, absl::StrCat("wants layer ", wanted.spatial, ".", wanted.temporal));
}

void Controller::OnLegRemoved(uint32_t leg) {
  people_.peer(world_.directory.leg(leg).subscriber).StopReceiving(leg);
  Tell(leg, "is removed");
}

void Controller::OnTrackRemoved(uint32_t track) {
  const TrackRecord& record = world_.directory.track(track);
  names_.erase(record.full_name);
  people_.peer(record.endpoint).Unpublish(track);
}

// People do not fall silent at once when they are removed.
void Controller::OnEndpointRemoved(uint32_t endpoint) {
  names_.erase(world_.directory.endpoint(endpoint).full_name);
  world_.scheduler.After(Between(life_, Duration{}, seconds(1)), *this,
                         uint64_t{endpoint} << kTimerBits | kStopPeer);
}

void Controller::OnRoomClosed(uint32_t room) { names_.erase(world_.directory.room(room).name); }

// --------------------------------------------------------------------------------------- choices

template <class IsWanted>
uint32_t Controller::Pick(Random& random, uint32_t count, const IsWanted& is_wanted) const {
  std::vector<uint32_t> wanted;
  for (uint32_t i = 0; i < count; ++i) {
    if (is_wanted(i)) wanted.push_back(i);
  }
  return wanted.empty() ? kNone : wanted[random.Below(wanted.size())];
}

uint32_t Controller::PickRoom() {
  return Pick(random_, world_.directory.rooms(),
              [this](uint32_t i) { return world_.directory.room(i).alive; });
}

uint32_t Controller::PickEndpoint(Random& random) {
  return Pick(random, world_.directory.endpoints(),
              [this](uint32_t i) { return world_.directory.endpoint(i).alive; });
}

uint32_t Controller::PickTrack() {
  return Pick(random_, world_.directory.tracks(),
              [this](uint32_t i) { return world_.directory.track(i).alive; });
}

uint32_t Controller::PickLeg() {
  return Pick(random_, world_.directory.legs(),
              [this](uint32_t i) { return world_.directory.leg(i).alive; });
}

uint32_t Controller::CountRooms() const {
  uint32_t count = 0;
  for (uint32_t i = 0; i < world_.directory.rooms(); ++i) {
    count += world_.directory.room(i).alive;
  }
  return count;
}

uint32_t Controller::CountEndpoints(uint32_t room) const {
  uint32_t count = 0;
  for (uint32_t i = 0; i < world_.directory.endpoints(); ++i) {
    const EndpointRecord& record = world_.directory.endpoint(i);
    count += record.alive && record.room == room;
  }
  return count;
}

}  // namespace baton::sim
