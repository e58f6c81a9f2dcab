#include "relay/command_handler.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "base/hash.h"
#include "relay/address_policy.h"
#include "stun/ice_credentials.h"

namespace baton::relay {
namespace {

// One function object of several, each for the alternatives that it fits best.
template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;  // which clang 14 does not find by itself

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

bool SameCodec(const Codec& a, const Codec& b) {
  return EqualIgnoringCase(a.encoding, b.encoding) && a.clock_rate == b.clock_rate &&
         a.channels == b.channels;
}

bool SameTrack(const TrackParameters& a, const TrackParameters& b) {
  return a.kind == b.kind && SameCodec(a.codec, b.codec) && a.payload_type == b.payload_type &&
         a.ssrc == b.ssrc;
}

// RFC 5761 section 4: with RTCP on the same port, RTP's 64..95 would look like RTCP.
bool IsUsable(rtp::PayloadType type) {
  return type.value() < 64 || (type.value() >= 96 && type.value() < 128);
}

// What SDP allows in an encoding name (RFC 8866 section 9: token).
bool IsValidEncoding(std::string_view encoding) {
  return !encoding.empty() && std::all_of(encoding.begin(), encoding.end(), [&](char c) {
    return c > ' ' && c < 0x7f && std::string_view("\"(),/:;<=>?@[\\]").find(c) == encoding.npos;
  });
}

bool AreValid(const TrackParameters& track) {
  return IsValidEncoding(track.codec.encoding) && track.codec.clock_rate > 0 &&
         track.codec.clock_rate <= 1'000'000 && IsUsable(track.payload_type);
}

bool AreValid(const IceCredentials& credentials) {
  return stun::IsValidUfrag(credentials.ufrag) && stun::IsValidPassword(credentials.password);
}

}  // namespace

CommandHandler::CommandHandler(const CoreConfig& config, Registry& registry, IceAgents& ice,
                               Outbox& outbox, CoreMetrics& metrics)
    : config_(config),
      registry_(registry),
      ice_(ice),
      outbox_(outbox),
      metrics_(metrics),
      random_(config.seed) {}

void CommandHandler::Handle(TimePoint now, const Command& command) {
  Reply reply;
  reply.request_id = command.request_id;
  const auto answer = Overloaded{
      [&](const GetRoomStatistics& get) { return Answer(now, get, reply); },
      [this](const auto& action) { return Apply(action); },
  };
  reply.error = std::visit(answer, command.action);
  UpdateGauges();
  outbox_.Put(Output(std::move(reply)));
}

CommandError CommandHandler::Answer(TimePoint now, const GetRoomStatistics& command,
                                    Reply& reply) const {
  const uint32_t room = registry_.FindRoom(command.room);
  if (room == kNoIndex) return CommandError::kNoSuchRoom;
  reply.statistics = Collect(now, room);
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

CommandError CommandHandler::Apply(const CreateRoom& command) {
  if (!IsValidName(command.room)) return CommandError::kInvalidName;
  if (const uint32_t room = registry_.FindRoom(command.room); room != kNoIndex) {
    return registry_.rooms().At(room).subscribe == command.subscribe ? CommandError::kNone
                                                                     : CommandError::kContradicts;
  }
  if (registry_.rooms().full()) return CommandError::kTooManyRooms;
  const uint32_t room = registry_.AddRoom(command.room);
  registry_.rooms().At(room).subscribe = command.subscribe;
  Tell(RoomCreated{command.room, command.subscribe});
  return CommandError::kNone;
}

CommandError CommandHandler::Apply(const CloseRoom& command) {
  const uint32_t room = registry_.FindRoom(command.room);
  if (room == kNoIndex) return CommandError::kNoSuchRoom;
  registry_.ForEachEndpoint(registry_.rooms().At(room),
                            [&](uint32_t endpoint) { RemoveEndpointAt(endpoint); });
  registry_.RemoveRoom(room);
  Tell(RoomClosed{command.room});
  return CommandError::kNone;
}

// Whether another endpoint fits into the room, with the legs that it is born with.
CommandError CommandHandler::CheckRoomFor(uint32_t room_index) const {
  const Room& room = registry_.rooms().At(room_index);
  if (registry_.endpoints().full()) return CommandError::kTooManyEndpoints;
  if (room.endpoints >= config_.limits.endpoints_per_room) {
    return CommandError::kTooManyEndpointsInRoom;
  }
  if (room.subscribe == SubscribeMode::kManual) return CommandError::kNone;
  if (registry_.legs().capacity() - registry_.legs().size() < room.tracks) {
    return CommandError::kTooManyLegs;
  }
  bool fits = true;
  registry_.ForEachEndpoint(room, [&](uint32_t i) {
    const Endpoint& endpoint = registry_.endpoints().At(i);
    for (uint32_t t = 0; t < endpoint.tracks; ++t) {
      fits &= registry_.tracks().At(endpoint.track_indices[t]).legs < config_.limits.legs_per_track;
    }
  });
  return fits ? CommandError::kNone : CommandError::kTooManyLegsOfTrack;
}

// Gives a new endpoint its legs in a room where everybody receives everybody; if one cannot be had,
// takes the endpoint back.
CommandError CommandHandler::SubscribeToRoom(uint32_t subscriber) {
  const Room& room = registry_.rooms().At(registry_.endpoints().At(subscriber).room);
  if (room.subscribe == SubscribeMode::kManual) return CommandError::kNone;
  CommandError error = CommandError::kNone;
  registry_.ForEachEndpoint(room, [&](uint32_t i) {
    if (i == subscriber) return;
    const Endpoint& publisher = registry_.endpoints().At(i);
    for (uint32_t t = 0; t < publisher.tracks && error == CommandError::kNone; ++t) {
      error = Subscribe(subscriber, publisher.track_indices[t], std::nullopt, std::nullopt);
    }
  });
  if (error == CommandError::kNone) return error;
  Tell(EndpointRemoved{room.name, registry_.endpoints().At(subscriber).name});
  RemoveEndpointAt(subscriber);
  return error;
}

// Likewise gives a new track its legs.
CommandError CommandHandler::SubscribeRoomTo(uint32_t track_index) {
  const Track& track = registry_.tracks().At(track_index);
  const Endpoint& publisher = registry_.endpoints().At(track.publisher);
  const Room& room = registry_.rooms().At(publisher.room);
  if (room.subscribe == SubscribeMode::kManual) return CommandError::kNone;
  CommandError error = CommandError::kNone;
  registry_.ForEachEndpoint(room, [&](uint32_t i) {
    if (i == track.publisher || error != CommandError::kNone) return;
    error = Subscribe(i, track_index, std::nullopt, std::nullopt);
  });
  if (error == CommandError::kNone) return error;
  Tell(TrackUnpublished{room.name, publisher.name, track.name});
  registry_.RemoveTrack(track_index);
  return error;
}

std::optional<SocketIndex> CommandHandler::SocketFor(const TransportAddress& remote) const {
  for (size_t i = 0; i < config_.sockets.size(); ++i) {
    if (config_.sockets[i].ip.family() == remote.ip.family()) return static_cast<SocketIndex>(i);
  }
  return std::nullopt;
}

CommandError CommandHandler::Apply(const AddPlainEndpoint& command) {
  if (!IsValidName(command.endpoint)) return CommandError::kInvalidName;
  const Found found = Find(command.room, command.endpoint);
  if (found.room == kNoIndex) return CommandError::kNoSuchRoom;
  if (found.endpoint != kNoIndex) {
    const Endpoint& endpoint = registry_.endpoints().At(found.endpoint);
    const bool same =
        endpoint.transport == Transport::kPlain && endpoint.flow.remote == command.remote;
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

  const uint32_t index = registry_.AddEndpoint(found.room, command.endpoint, Transport::kPlain);
  Endpoint& endpoint = registry_.endpoints().At(index);
  endpoint.state = EndpointState::kProven;
  endpoint.told_proven = true;
  endpoint.flow = flow;
  registry_.flows().Insert(flow, index, 0);
  Tell(EndpointAdded{command.room, command.endpoint, Transport::kPlain, command.remote, {}, {}});
  return SubscribeToRoom(index);
}

CommandError CommandHandler::Apply(const AddIceEndpoint& command) {
  if (!IsValidName(command.endpoint)) return CommandError::kInvalidName;
  const Found found = Find(command.room, command.endpoint);
  if (found.room == kNoIndex) return CommandError::kNoSuchRoom;
  if (found.endpoint != kNoIndex) {
    // The local credentials are whatever the first of the repeated commands brought.
    const bool same = registry_.endpoints().At(found.endpoint).transport == Transport::kIce &&
                      (command.remote.empty() || ice_.remote(found.endpoint) == command.remote);
    return same ? CommandError::kNone : CommandError::kContradicts;
  }
  if (!AreValid(command.local)) return CommandError::kInvalidParameter;
  if (!command.remote.empty() && !AreValid(command.remote)) return CommandError::kInvalidParameter;
  if (ice_.UfragInUse(command.local.ufrag)) return CommandError::kUfragInUse;
  if (const CommandError error = CheckRoomFor(found.room); error != CommandError::kNone) {
    return error;
  }

  const uint32_t index = registry_.AddEndpoint(found.room, command.endpoint, Transport::kIce);
  ice_.Add(index, command.local, command.remote);
  Tell(EndpointAdded{
      command.room, command.endpoint, Transport::kIce, {}, command.local, command.remote});
  return SubscribeToRoom(index);
}

CommandError CommandHandler::Apply(const SetIceRemote& command) {
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

void CommandHandler::RemoveEndpointAt(uint32_t index) {
  if (registry_.endpoints().At(index).transport == Transport::kIce) {
    ice_.Remove(index);
  } else {
    registry_.flows().Erase(index, 0);
  }
  registry_.RemoveEndpoint(index);
}

CommandError CommandHandler::Apply(const RemoveEndpoint& command) {
  const Found found = Find(command.room, command.endpoint);
  if (found.error != CommandError::kNone) return found.error;
  RemoveEndpointAt(found.endpoint);
  Tell(EndpointRemoved{command.room, command.endpoint});
  return CommandError::kNone;
}

bool CommandHandler::SsrcInUse(const Endpoint& endpoint, rtp::Ssrc ssrc) const {
  for (uint32_t i = 0; i < endpoint.tracks; ++i) {
    if (endpoint.ssrcs[i] == ssrc) return true;
  }
  bool used = false;
  registry_.ForEachLegOf(
      endpoint, [&](uint32_t leg) { used |= registry_.legs().At(leg).parameters.ssrc == ssrc; });
  return used;
}

CommandError CommandHandler::Apply(const PublishTrack& command) {
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
  if (SsrcInUse(publisher, command.parameters.ssrc)) return CommandError::kSsrcInUse;
  if (registry_.tracks().full()) return CommandError::kTooManyTracks;
  if (publisher.tracks >= std::min(config_.limits.tracks_per_endpoint, kMaxTracksPerEndpoint)) {
    return CommandError::kTooManyTracksOfEndpoint;
  }
  const Room& room = registry_.rooms().At(found.room);
  if (room.subscribe == SubscribeMode::kAll) {
    const uint32_t others = room.endpoints - 1;
    if (others > config_.limits.legs_per_track) return CommandError::kTooManyLegsOfTrack;
    if (others > registry_.legs().capacity() - registry_.legs().size()) {
      return CommandError::kTooManyLegs;
    }
  }

  const uint32_t track = registry_.AddTrack(found.endpoint, command.track, command.parameters);
  Tell(TrackPublished{command.room, command.endpoint, command.track, command.parameters});
  return SubscribeRoomTo(track);
}

CommandError CommandHandler::Apply(const UnpublishTrack& command) {
  const Found found = Find(command.room, command.endpoint, command.track);
  if (found.error != CommandError::kNone) return found.error;
  registry_.RemoveTrack(found.track);
  Tell(TrackUnpublished{command.room, command.endpoint, command.track});
  return CommandError::kNone;
}

rtp::Ssrc CommandHandler::ChooseSsrc(const Endpoint& endpoint) {
  for (;;) {
    const rtp::Ssrc ssrc(random_.U32());
    if (ssrc.value() != 0 && !SsrcInUse(endpoint, ssrc)) return ssrc;
  }
}

// One payload type has one meaning at a receiver, whatever the publishers call it.
bool CommandHandler::PayloadTypeFits(const Endpoint& subscriber, rtp::PayloadType type,
                                     const Codec& codec) const {
  bool fits = true;
  registry_.ForEachLegOf(subscriber, [&](uint32_t i) {
    const Leg& leg = registry_.legs().At(i);
    fits &= leg.parameters.payload_type != type ||
            SameCodec(registry_.tracks().At(leg.track).parameters.codec, codec);
  });
  return fits;
}

std::optional<rtp::PayloadType> CommandHandler::ChoosePayloadType(
    const Endpoint& subscriber, const TrackParameters& track) const {
  if (PayloadTypeFits(subscriber, track.payload_type, track.codec)) return track.payload_type;
  // The dynamic range, then what RFC 3551 leaves unassigned below it.
  for (const auto& [first, last] : {std::pair{96, 127}, std::pair{35, 63}}) {
    for (int type = first; type <= last; ++type) {
      const rtp::PayloadType candidate(static_cast<uint8_t>(type));
      if (PayloadTypeFits(subscriber, candidate, track.codec)) return candidate;
    }
  }
  return std::nullopt;
}

CommandError CommandHandler::Subscribe(uint32_t subscriber_index, uint32_t track_index,
                                       const std::optional<rtp::Ssrc>& ssrc,
                                       const std::optional<rtp::PayloadType>& payload_type) {
  const Endpoint& subscriber = registry_.endpoints().At(subscriber_index);
  const Track& track = registry_.tracks().At(track_index);
  const Endpoint& publisher = registry_.endpoints().At(track.publisher);
  if (ssrc && SsrcInUse(subscriber, *ssrc)) return CommandError::kSsrcInUse;
  const std::optional<rtp::PayloadType> type =
      payload_type ? payload_type : ChoosePayloadType(subscriber, track.parameters);
  if (!type || !PayloadTypeFits(subscriber, *type, track.parameters.codec)) {
    return CommandError::kPayloadTypeInUse;
  }
  const LegParameters parameters{*type, ssrc ? *ssrc : ChooseSsrc(subscriber)};
  const LegRewriter rewriter(rtp::SequenceNumber(random_.U16()), random_.U32());
  registry_.AddLeg(subscriber_index, track_index, parameters, rewriter);
  Tell(LegAdded{registry_.rooms().At(subscriber.room).name, subscriber.name, publisher.name,
                track.name, parameters});
  return CommandError::kNone;
}

CommandError CommandHandler::Apply(const AddLeg& command) {
  const Found found = Find(command.leg);
  if (found.endpoint == kNoIndex || found.track == kNoIndex) return found.error;
  if (found.leg != kNoIndex) {
    const LegParameters& known = registry_.legs().At(found.leg).parameters;
    const bool same = command.ssrc.value_or(known.ssrc) == known.ssrc &&
                      command.payload_type.value_or(known.payload_type) == known.payload_type;
    return same ? CommandError::kNone : CommandError::kContradicts;
  }
  const Track& track = registry_.tracks().At(found.track);
  if (track.publisher == found.endpoint) return CommandError::kOwnTrack;
  if (command.payload_type && !IsUsable(*command.payload_type)) {
    return CommandError::kInvalidParameter;
  }
  if (track.legs >= config_.limits.legs_per_track) return CommandError::kTooManyLegsOfTrack;
  if (registry_.legs().full()) return CommandError::kTooManyLegs;
  return Subscribe(found.endpoint, found.track, command.ssrc, command.payload_type);
}

CommandError CommandHandler::Apply(const RemoveLeg& command) {
  const Found found = Find(command.leg);
  if (found.error != CommandError::kNone) return found.error;
  registry_.RemoveLeg(found.leg);
  Tell(LegRemoved{command.leg.room, command.leg.subscriber, command.leg.publisher,
                  command.leg.track});
  return CommandError::kNone;
}

CommandError CommandHandler::Apply(const PauseLeg& command) {
  const Found found = Find(command.leg);
  if (found.error != CommandError::kNone) return found.error;
  FanoutEntry& entry = registry_.fanout().EntryOf(registry_.legs().At(found.leg));
  if (entry.paused == command.paused) return CommandError::kNone;
  entry.paused = command.paused;
  if (command.paused) entry.rewriter.Interrupt();
  Tell(LegPaused{command.leg.room, command.leg.subscriber, command.leg.publisher, command.leg.track,
                 command.paused});
  return CommandError::kNone;
}

std::unique_ptr<RoomStatistics> CommandHandler::Collect(TimePoint now, uint32_t room_index) const {
  auto statistics = std::make_unique<RoomStatistics>();
  registry_.ForEachEndpoint(registry_.rooms().At(room_index), [&](uint32_t i) {
    const Endpoint& endpoint = registry_.endpoints().At(i);
    for (uint32_t t = 0; t < endpoint.tracks; ++t) {
      const uint32_t index = endpoint.track_indices[t];
      const Ingress& ingress = registry_.ingress(index);
      const rtp::Reception& reception = ingress.reception();
      statistics->tracks.push_back({endpoint.name, registry_.tracks().At(index).name,
                                    reception.received(), ingress.bytes(), reception.lost(),
                                    reception.jitter(), now - ingress.last_arrival()});
    }
    registry_.ForEachLegOf(endpoint, [&](uint32_t l) {
      const Leg& leg = registry_.legs().At(l);
      const Track& track = registry_.tracks().At(leg.track);
      const FanoutEntry& entry = registry_.fanout().EntryOf(leg);
      const FanoutTotals& totals = registry_.fanout().TotalsOf(leg);
      statistics->legs.push_back({endpoint.name, registry_.endpoints().At(track.publisher).name,
                                  track.name, entry.paused, entry.packets, totals.bytes,
                                  totals.dropped});
    });
  });
  return statistics;
}

void CommandHandler::UpdateGauges() {
  metrics_.rooms.Set(static_cast<int64_t>(registry_.rooms().size()));
  metrics_.endpoints.Set(static_cast<int64_t>(registry_.endpoints().size()));
  metrics_.legs.Set(static_cast<int64_t>(registry_.legs().size()));
  metrics_.audio_tracks.Set(registry_.tracks_of(MediaKind::kAudio));
  metrics_.video_tracks.Set(registry_.tracks_of(MediaKind::kVideo));
}

}  // namespace baton::relay
