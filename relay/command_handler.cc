#include "relay/command_handler.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "relay/address_policy.h"
#include "relay/parameters.h"
#include "relay/payload_types.h"
#include "relay/room_statistics.h"
#include "rtp/extension_values.h"

namespace baton::relay {
namespace {

// One function object of several, each for the alternatives that it fits best.
template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;  // which clang 14 does not find by itself

// What was asked for and is there already; what was not asked for is whatever it is.
bool Agrees(const AddLeg& wishes, const LegParameters& leg) {
  if (wishes.ssrc.value_or(leg.ssrc) != leg.ssrc) return false;
  if (wishes.payload_type.value_or(leg.payload_type) != leg.payload_type) return false;
  if (!wishes.mid.empty() && wishes.mid != leg.mid) return false;
  const bool wants_rtx = wishes.rtx_payload_type || wishes.rtx_ssrc;
  if (!wants_rtx) return true;
  return leg.rtx &&
         wishes.rtx_payload_type.value_or(leg.rtx->payload_type) == leg.rtx->payload_type &&
         wishes.rtx_ssrc.value_or(leg.rtx->ssrc) == leg.rtx->ssrc;
}

bool AreValid(const AddLeg& wishes) {
  for (const auto& type : {wishes.payload_type, wishes.rtx_payload_type}) {
    if (type && !IsUsable(*type)) return false;
  }
  for (const auto& ssrc : {wishes.ssrc, wishes.rtx_ssrc}) {
    if (ssrc == kUnknownSsrc) return false;
  }
  const bool same_ssrc = wishes.ssrc && wishes.ssrc == wishes.rtx_ssrc;
  return !same_ssrc && (wishes.mid.empty() || rtp::IsMid(wishes.mid));
}

}  // namespace

CommandHandler::CommandHandler(const CoreConfig& config, Registry& registry, Lifecycle& lifecycle,
                               LegRouter& router, IceAgents& ice, LazyArray<LegFeedback>& legs,
                               Outbox& outbox, CoreMetrics& metrics)
    : config_(config),
      registry_(registry),
      lifecycle_(lifecycle),
      router_(router),
      ice_(ice),
      legs_(legs),
      outbox_(outbox),
      metrics_(metrics) {}

void CommandHandler::Handle(TimePoint now, const Command& command, TxBatch& tx) {
  Reply reply;
  reply.request_id = command.request_id;
  const Context context{now, tx};
  const auto answer = Overloaded{
      [&](const GetRoomStatistics& get) { return Answer(now, get, reply); },
      [&](const auto& action) { return Apply(context, action); },
  };
  reply.error = std::visit(answer, command.action);
  UpdateGauges();
  outbox_.Put(Output(std::move(reply)));
}

CommandError CommandHandler::Answer(TimePoint now, const GetRoomStatistics& command,
                                    Reply& reply) const {
  const uint32_t room = registry_.FindRoom(command.room);
  if (room == kNoIndex) return CommandError::kNoSuchRoom;
  reply.statistics = CollectStatistics(now, room, registry_, legs_);
  return CommandError::kNone;
}

CommandHandler::Found CommandHandler::Find(const Name& room, const Name& endpoint) const {
  Found found;
  found.room = registry_.FindRoom(room);
  if (found.room == kNoIndex) {
    found.error = CommandError::kNoSuchRoom;
    return found;
  }
  found.endpoint = registry_.FindEndpoint(found.room, endpoint);
  if (found.endpoint == kNoIndex) found.error = CommandError::kNoSuchEndpoint;
  return found;
}

CommandHandler::Found CommandHandler::Find(const Name& room, const Name& endpoint,
                                           const Name& track) const {
  Found found = Find(room, endpoint);
  if (found.error != CommandError::kNone) return found;
  found.track = registry_.FindTrack(registry_.endpoints().At(found.endpoint), track);
  if (found.track == kNoIndex) found.error = CommandError::kNoSuchTrack;
  return found;
}

CommandHandler::Found CommandHandler::Find(const LegName& name) const {
  Found found = Find(name.room, name.publisher, name.track);
  if (found.error != CommandError::kNone) return found;
  found.endpoint = registry_.FindEndpoint(found.room, name.subscriber);
  if (found.endpoint == kNoIndex) {
    found.error = CommandError::kNoSuchEndpoint;
    return found;
  }
  found.leg = registry_.FindLeg(found.endpoint, found.track);
  if (found.leg == kNoIndex) found.error = CommandError::kNoSuchLeg;
  return found;
}

CommandError CommandHandler::Apply(const Context& /*context*/, const CreateRoom& command) {
  if (!IsValidName(command.room)) return CommandError::kInvalidName;
  if (const uint32_t room = registry_.FindRoom(command.room); room != kNoIndex) {
    const Room& known = registry_.rooms().At(room);
    const bool same = known.subscribe == command.subscribe && known.limits == command.limits;
    return same ? CommandError::kNone : CommandError::kContradicts;
  }
  if (registry_.rooms().full()) return CommandError::kTooManyRooms;
  Room& room = registry_.rooms().At(registry_.AddRoom(command.room));
  room.subscribe = command.subscribe;
  room.limits = command.limits;
  Tell(RoomCreated{command.room, command.subscribe, command.limits});
  return CommandError::kNone;
}

CommandError CommandHandler::Apply(const Context& context, const CloseRoom& command) {
  const uint32_t room = registry_.FindRoom(command.room);
  if (room == kNoIndex) return CommandError::kNoSuchRoom;
  // First all legs, so that everybody is told that what they receive ends, in whatever order they
  // go.
  registry_.ForEachEndpoint(registry_.rooms().At(room), [&](uint32_t endpoint) {
    lifecycle_.RemoveLegsTo(endpoint, context.tx);
  });
  registry_.ForEachEndpoint(registry_.rooms().At(room),
                            [&](uint32_t endpoint) { RemoveEndpointAt(context, endpoint); });
  registry_.RemoveRoom(room);
  Tell(RoomClosed{command.room});
  return CommandError::kNone;
}

// Whether another endpoint fits into the room.
CommandError CommandHandler::CheckPlaceIn(uint32_t room) const {
  if (registry_.endpoints().full()) return CommandError::kTooManyEndpoints;
  if (registry_.rooms().At(room).endpoints >= config_.limits.endpoints_per_room) {
    return CommandError::kTooManyEndpointsInRoom;
  }
  return CommandError::kNone;
}

// Whether it does with the legs that it is born with.
CommandError CommandHandler::CheckRoomFor(uint32_t room_index) const {
  if (const CommandError error = CheckPlaceIn(room_index); error != CommandError::kNone) {
    return error;
  }
  const Room& room = registry_.rooms().At(room_index);
  if (room.subscribe == SubscribeMode::kManual) return CommandError::kNone;
  if (registry_.legs().capacity() - registry_.legs().size() < room.tracks) {
    return CommandError::kTooManyLegs;
  }
  bool fits = true;
  registry_.ForEachEndpoint(room, [&](uint32_t i) {
    for (const uint32_t track : registry_.endpoints().At(i).tracks) {
      fits &= registry_.tracks().At(track).legs < config_.limits.legs_per_track;
    }
  });
  return fits ? CommandError::kNone : CommandError::kTooManyLegsOfTrack;
}

// Gives a new endpoint its legs in a room where everybody receives everybody; if one cannot be had,
// takes the endpoint back.
CommandError CommandHandler::SubscribeToRoom(const Context& context, uint32_t subscriber) {
  const Room& room = registry_.rooms().At(registry_.endpoints().At(subscriber).room);
  if (room.subscribe == SubscribeMode::kManual) return CommandError::kNone;
  CommandError error = CommandError::kNone;
  registry_.ForEachEndpoint(room, [&](uint32_t i) {
    if (i == subscriber) return;
    const Endpoint& publisher = registry_.endpoints().At(i);
    for (const uint32_t track : publisher.tracks) {
      if (error == CommandError::kNone) error = Subscribe(subscriber, track, {});
    }
  });
  if (error == CommandError::kNone) return error;
  Tell(EndpointRemoved{room.name, registry_.endpoints().At(subscriber).name});
  RemoveEndpointAt(context, subscriber);
  return error;
}

// Those who get a leg for each track of others.
uint32_t CommandHandler::SubscribersIn(const Room& room) const {
  uint32_t count = 0;
  registry_.ForEachEndpoint(room, [&](uint32_t i) {
    if (registry_.endpoints().At(i).transport != Transport::kSink) ++count;
  });
  return count;
}

// Likewise gives a new track its legs.
CommandError CommandHandler::SubscribeRoomTo(const Context& context, uint32_t track_index) {
  const Track& track = registry_.tracks().At(track_index);
  const Endpoint& publisher = registry_.endpoints().At(track.publisher);
  const Room& room = registry_.rooms().At(publisher.room);
  if (room.subscribe == SubscribeMode::kManual) return CommandError::kNone;
  CommandError error = CommandError::kNone;
  registry_.ForEachEndpoint(room, [&](uint32_t i) {
    if (i == track.publisher || error != CommandError::kNone) return;
    if (registry_.endpoints().At(i).transport == Transport::kSink) return;
    error = Subscribe(i, track_index, {});
  });
  if (error == CommandError::kNone) return error;
  Tell(TrackUnpublished{room.name, publisher.name, track.name});
  lifecycle_.RemoveTrack(track_index, context.tx);
  return error;
}

std::optional<SocketIndex> CommandHandler::SocketFor(const TransportAddress& remote) const {
  for (size_t i = 0; i < config_.sockets.size(); ++i) {
    if (config_.sockets[i].ip.family() == remote.ip.family()) return static_cast<SocketIndex>(i);
  }
  return std::nullopt;
}

// Of an endpoint that has nothing to prove.
void CommandHandler::SetFixedFlow(uint32_t index, const Flow& flow) {
  Endpoint& endpoint = registry_.endpoints().At(index);
  endpoint.state = EndpointState::kProven;
  endpoint.told_proven = true;
  endpoint.flow = flow;
  registry_.flows().Insert(flow, index, 0);
}

CommandError CommandHandler::Apply(const Context& context, const AddPlainEndpoint& command) {
  if (!IsValidName(command.endpoint)) return CommandError::kInvalidName;
  const Found found = Find(command.room, command.endpoint);
  if (found.room == kNoIndex) return CommandError::kNoSuchRoom;
  if (found.endpoint != kNoIndex) {
    const Endpoint& endpoint = registry_.endpoints().At(found.endpoint);
    const bool same = endpoint.transport == Transport::kPlain &&
                      endpoint.flow.remote == command.remote &&
                      endpoint.parameters == command.parameters;
    return same ? CommandError::kNone : CommandError::kContradicts;
  }
  switch (Judge(config_, command.remote)) {
    case AddressVerdict::kRefused:
      return CommandError::kAddressRefused;
    case AddressVerdict::kOurs:
      return CommandError::kAddressIsOurs;
    case AddressVerdict::kAllowed:
      break;
  }
  const std::optional<SocketIndex> socket = SocketFor(command.remote);
  if (!socket) return CommandError::kAddressFamily;
  const Flow flow{command.remote, *socket};
  if (registry_.flows().Find(flow) != kNoIndex) return CommandError::kAddressInUse;
  if (const CommandError error = CheckRoomFor(found.room); error != CommandError::kNone) {
    return error;
  }

  const uint32_t index = lifecycle_.AddEndpoint(found.room, command.endpoint, Transport::kPlain,
                                                command.parameters, context.now);
  SetFixedFlow(index, flow);
  Tell(EndpointAdded{command.room,
                     command.endpoint,
                     Transport::kPlain,
                     command.remote,
                     {},
                     {},
                     command.parameters});
  return SubscribeToRoom(context, index);
}

CommandError CommandHandler::Apply(const Context& context, const AddIceEndpoint& command) {
  if (!IsValidName(command.endpoint)) return CommandError::kInvalidName;
  const Found found = Find(command.room, command.endpoint);
  if (found.room == kNoIndex) return CommandError::kNoSuchRoom;
  if (found.endpoint != kNoIndex) {
    // The local credentials are whatever the first of the repeated commands brought.
    const Endpoint& endpoint = registry_.endpoints().At(found.endpoint);
    const bool same = endpoint.transport == Transport::kIce &&
                      endpoint.parameters == command.parameters &&
                      (command.remote.empty() || ice_.remote(found.endpoint) == command.remote);
    return same ? CommandError::kNone : CommandError::kContradicts;
  }
  if (!AreValid(command.local)) return CommandError::kInvalidParameter;
  if (!command.remote.empty() && !AreValid(command.remote)) return CommandError::kInvalidParameter;
  if (ice_.UfragInUse(command.local.ufrag)) return CommandError::kUfragInUse;
  if (const CommandError error = CheckRoomFor(found.room); error != CommandError::kNone) {
    return error;
  }

  const uint32_t index = lifecycle_.AddEndpoint(found.room, command.endpoint, Transport::kIce,
                                                command.parameters, context.now);
  ice_.Add(index, command.local, command.remote);
  Tell(EndpointAdded{command.room,
                     command.endpoint,
                     Transport::kIce,
                     {},
                     command.local,
                     command.remote,
                     command.parameters});
  return SubscribeToRoom(context, index);
}

CommandError CommandHandler::Apply(const Context& context, const AddSinkEndpoint& command) {
  if (!IsValidName(command.endpoint)) return CommandError::kInvalidName;
  if (command.tap >= kMaxTaps) return CommandError::kInvalidParameter;
  const Found found = Find(command.room, command.endpoint);
  if (found.room == kNoIndex) return CommandError::kNoSuchRoom;
  const Flow flow = TapFlow(command.tap);
  if (found.endpoint != kNoIndex) {
    const Endpoint& endpoint = registry_.endpoints().At(found.endpoint);
    const bool same = endpoint.transport == Transport::kSink && endpoint.flow == flow;
    return same ? CommandError::kNone : CommandError::kContradicts;
  }
  if (registry_.flows().Find(flow) != kNoIndex) return CommandError::kTapInUse;
  if (const CommandError error = CheckPlaceIn(found.room); error != CommandError::kNone) {
    return error;
  }

  const uint32_t index =
      lifecycle_.AddEndpoint(found.room, command.endpoint, Transport::kSink, {}, context.now);
  SetFixedFlow(index, flow);
  Tell(EndpointAdded{command.room, command.endpoint, Transport::kSink, {}, {}, {}, {}});
  return CommandError::kNone;
}

CommandError CommandHandler::Apply(const Context& /*context*/, const SetIceRemote& command) {
  const Found found = Find(command.room, command.endpoint);
  if (found.error != CommandError::kNone) return found.error;
  if (registry_.endpoints().At(found.endpoint).transport != Transport::kIce) {
    return CommandError::kNotIce;
  }
  if (!AreValid(command.remote)) return CommandError::kInvalidParameter;
  const IceCredentials& known = ice_.remote(found.endpoint);
  if (known == command.remote) return CommandError::kNone;
  if (!known.empty()) return CommandError::kContradicts;
  ice_.SetRemote(found.endpoint, command.remote);
  Tell(IceRemoteSet{command.room, command.endpoint, command.remote});
  return CommandError::kNone;
}

void CommandHandler::RemoveEndpointAt(const Context& context, uint32_t index) {
  if (registry_.endpoints().At(index).transport == Transport::kIce) {
    ice_.Remove(index);
  } else {
    registry_.flows().Erase(index, 0);
  }
  lifecycle_.RemoveEndpoint(index, context.tx);
}

CommandError CommandHandler::Apply(const Context& context, const RemoveEndpoint& command) {
  const Found found = Find(command.room, command.endpoint);
  if (found.error != CommandError::kNone) return found.error;
  RemoveEndpointAt(context, found.endpoint);
  Tell(EndpointRemoved{command.room, command.endpoint});
  return CommandError::kNone;
}

// Whether the track's streams have room, and SSRCs of their own.
CommandError CommandHandler::CheckSources(const Endpoint& publisher,
                                          const TrackParameters& track) const {
  const auto places = [](const TrackParameters& t) {
    return t.encodings.size() * (t.rtx_payload_type ? 2 : 1);
  };
  size_t taken = places(track);
  for (const uint32_t other : publisher.tracks) {
    taken += places(registry_.tracks().At(other).parameters);
  }
  if (taken > kMaxSourcesPerEndpoint) return CommandError::kTooManySourcesOfEndpoint;
  for (const Encoding& encoding : track.encodings) {
    for (const rtp::Ssrc ssrc : {encoding.ssrc, encoding.rtx_ssrc}) {
      if (ssrc != kUnknownSsrc && registry_.SsrcInUse(publisher, ssrc)) {
        return CommandError::kSsrcInUse;
      }
    }
  }
  const size_t free = registry_.streams().capacity() - registry_.streams().size();
  return track.encodings.size() <= free ? CommandError::kNone : CommandError::kTooManyStreams;
}

CommandError CommandHandler::Apply(const Context& context, const PublishTrack& command) {
  if (!IsValidName(command.track)) return CommandError::kInvalidName;
  if (!AreValid(command.parameters)) return CommandError::kInvalidParameter;
  const Found found = Find(command.room, command.endpoint, command.track);
  if (found.endpoint == kNoIndex) return found.error;
  if (found.track != kNoIndex) {
    return SameTrack(registry_.tracks().At(found.track).parameters, command.parameters)
               ? CommandError::kNone
               : CommandError::kContradicts;
  }
  const Endpoint& publisher = registry_.endpoints().At(found.endpoint);
  if (publisher.transport == Transport::kSink) return CommandError::kIsSink;
  if (registry_.tracks().full()) return CommandError::kTooManyTracks;
  if (publisher.tracks.size() >=
      std::min(config_.limits.tracks_per_endpoint, kMaxTracksPerEndpoint)) {
    return CommandError::kTooManyTracksOfEndpoint;
  }
  if (const CommandError error = CheckSources(publisher, command.parameters);
      error != CommandError::kNone) {
    return error;
  }
  const Room& room = registry_.rooms().At(found.room);
  if (room.subscribe == SubscribeMode::kAll) {
    const uint32_t others = SubscribersIn(room) - 1;
    if (others > config_.limits.legs_per_track) return CommandError::kTooManyLegsOfTrack;
    if (others > registry_.legs().capacity() - registry_.legs().size()) {
      return CommandError::kTooManyLegs;
    }
  }

  const uint32_t track = lifecycle_.AddTrack(found.endpoint, command.track, command.parameters);
  Tell(TrackPublished{command.room, command.endpoint, command.track, command.parameters});
  return SubscribeRoomTo(context, track);
}

CommandError CommandHandler::Apply(const Context& context, const UnpublishTrack& command) {
  const Found found = Find(command.room, command.endpoint, command.track);
  if (found.error != CommandError::kNone) return found.error;
  lifecycle_.RemoveTrack(found.track, context.tx);
  Tell(TrackUnpublished{command.room, command.endpoint, command.track});
  return CommandError::kNone;
}

// The payload type of the leg's retransmissions, if it is to have any.
std::optional<rtp::PayloadType> CommandHandler::RtxTypeFor(const Endpoint& subscriber,
                                                           const TrackParameters& track,
                                                           rtp::PayloadType media,
                                                           const AddLeg& wishes,
                                                           CommandError& error) const {
  const bool by_default = subscriber.parameters.rtx && track.kind == MediaKind::kVideo;
  if (!wishes.rtx_payload_type && !wishes.rtx_ssrc && !by_default) return std::nullopt;
  const std::optional<rtp::PayloadType> type =
      wishes.rtx_payload_type ? wishes.rtx_payload_type
                              : ChooseRtxType(registry_, subscriber, track, media);
  if (!type || !RtxTypeFits(registry_, subscriber, *type, media)) {
    error = CommandError::kPayloadTypeInUse;
  }
  return type;
}

CommandError CommandHandler::Subscribe(uint32_t subscriber_index, uint32_t track_index,
                                       const AddLeg& wishes) {
  const Endpoint& subscriber = registry_.endpoints().At(subscriber_index);
  const Track& track = registry_.tracks().At(track_index);
  for (const auto& ssrc : {wishes.ssrc, wishes.rtx_ssrc}) {
    if (ssrc && registry_.SsrcInUse(subscriber, *ssrc)) return CommandError::kSsrcInUse;
  }
  const std::optional<rtp::PayloadType> type =
      wishes.payload_type ? wishes.payload_type
                          : ChoosePayloadType(registry_, subscriber, track.parameters);
  if (!type || !PayloadTypeFits(registry_, subscriber, *type, track.parameters.codec)) {
    return CommandError::kPayloadTypeInUse;
  }
  CommandError error = CommandError::kNone;
  const auto rtx_type = RtxTypeFor(subscriber, track.parameters, *type, wishes, error);
  if (error != CommandError::kNone) return error;

  LegParameters parameters;
  parameters.payload_type = *type;
  parameters.ssrc = wishes.ssrc ? *wishes.ssrc : lifecycle_.ChooseSsrc(subscriber);
  parameters.mid = wishes.mid;
  if (rtx_type) {
    do {
      parameters.rtx = {*rtx_type,
                        wishes.rtx_ssrc ? *wishes.rtx_ssrc : lifecycle_.ChooseSsrc(subscriber)};
    } while (!wishes.rtx_ssrc && parameters.rtx->ssrc == parameters.ssrc);
  }
  const Name& publisher = registry_.endpoints().At(track.publisher).name;
  Tell(LegAdded{registry_.rooms().At(subscriber.room).name, subscriber.name, publisher, track.name,
                parameters});
  lifecycle_.AddLeg(subscriber_index, track_index, parameters);
  return CommandError::kNone;
}

CommandError CommandHandler::Apply(const Context& /*context*/, const AddLeg& command) {
  const Found found = Find(command.leg);
  if (found.endpoint == kNoIndex || found.track == kNoIndex) return found.error;
  if (found.leg != kNoIndex) {
    const LegParameters& known = registry_.legs().At(found.leg).parameters;
    return Agrees(command, known) ? CommandError::kNone : CommandError::kContradicts;
  }
  const Track& track = registry_.tracks().At(found.track);
  if (track.publisher == found.endpoint) return CommandError::kOwnTrack;
  if (!AreValid(command)) return CommandError::kInvalidParameter;
  const bool sink = registry_.endpoints().At(found.endpoint).transport == Transport::kSink;
  if (sink && (command.rtx_payload_type || command.rtx_ssrc)) return CommandError::kIsSink;
  if (track.legs >= config_.limits.legs_per_track) return CommandError::kTooManyLegsOfTrack;
  if (registry_.legs().full()) return CommandError::kTooManyLegs;
  return Subscribe(found.endpoint, found.track, command);
}

CommandError CommandHandler::Apply(const Context& context, const RemoveLeg& command) {
  const Found found = Find(command.leg);
  if (found.error != CommandError::kNone) return found.error;
  lifecycle_.RemoveLeg(found.leg, context.tx);
  Tell(LegRemoved{command.leg.room, command.leg.subscriber, command.leg.publisher,
                  command.leg.track});
  return CommandError::kNone;
}

CommandError CommandHandler::Apply(const Context& /*context*/, const PauseLeg& command) {
  const Found found = Find(command.leg);
  if (found.error != CommandError::kNone) return found.error;
  if (registry_.legs().At(found.leg).paused == command.paused) return CommandError::kNone;
  router_.SetPaused(found.leg, command.paused);
  Tell(LegPaused{command.leg.room, command.leg.subscriber, command.leg.publisher, command.leg.track,
                 command.paused});
  return CommandError::kNone;
}

CommandError CommandHandler::Apply(const Context& /*context*/, const SetLegLayer& command) {
  const Found found = Find(command.leg);
  if (found.error != CommandError::kNone) return found.error;
  if (registry_.legs().At(found.leg).wanted == command.layer) return CommandError::kNone;
  const LegName& leg = command.leg;
  Tell(LegLayerSet{leg.room, leg.subscriber, leg.publisher, leg.track, command.layer});
  router_.SetWanted(found.leg, command.layer);
  return CommandError::kNone;
}

CommandError CommandHandler::Apply(const Context& /*context*/, const SwitchLeg& command) {
  LegName target = command.leg;
  target.publisher = command.to_publisher;
  target.track = command.to_track;
  const Found to = Find(target);
  if (to.track == kNoIndex || to.endpoint == kNoIndex) return to.error;
  const Found from = Find(command.leg);
  // Done before, or nothing to do.
  if (to.leg != kNoIndex && (from.leg == kNoIndex || from.leg == to.leg)) {
    return CommandError::kNone;
  }
  if (from.error != CommandError::kNone) return from.error;
  if (to.leg != kNoIndex) return CommandError::kContradicts;
  const Track& track = registry_.tracks().At(to.track);
  const TrackParameters& old = registry_.tracks().At(from.track).parameters;
  if (track.publisher == to.endpoint) return CommandError::kOwnTrack;
  if (track.parameters.kind != old.kind || !SameCodec(track.parameters.codec, old.codec)) {
    return CommandError::kOtherFormat;
  }
  if (track.legs >= config_.limits.legs_per_track) return CommandError::kTooManyLegsOfTrack;
  const LegName& leg = command.leg;
  Tell(LegSwitched{leg.room, leg.subscriber, leg.publisher, leg.track, command.to_publisher,
                   command.to_track});
  router_.SwitchTo(from.leg, to.track);
  return CommandError::kNone;
}

CommandError CommandHandler::Apply(const Context& /*context*/, const RequestKeyFrame& command) {
  const Found found = Find(command.leg);
  if (found.error != CommandError::kNone) return found.error;
  ++legs_[found.leg].key_frame_requests;
  router_.WantKeyFrame(found.leg);
  return CommandError::kNone;
}

void CommandHandler::UpdateGauges() {
  metrics_.rooms.Set(static_cast<int64_t>(registry_.rooms().size()));
  metrics_.endpoints.Set(static_cast<int64_t>(registry_.endpoints().size()));
  metrics_.streams.Set(static_cast<int64_t>(registry_.streams().size()));
  metrics_.legs.Set(static_cast<int64_t>(registry_.legs().size()));
  metrics_.audio_tracks.Set(registry_.tracks_of(MediaKind::kAudio));
  metrics_.video_tracks.Set(registry_.tracks_of(MediaKind::kVideo));
}

}  // namespace baton::relay
