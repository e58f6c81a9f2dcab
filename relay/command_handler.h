// What controllers may do, and what is told about it: checks a command against the records, applies
// it, and puts its events into the outbox.
//
// Thread: the shard's. Commands are not the packet path: GetRoomStatistics allocates its answer.
#pragma once

#include <cstdint>

#include "base/random.h"
#include "base/time_point.h"
#include "relay/command.h"
#include "relay/config.h"
#include "relay/ice_agents.h"
#include "relay/metrics.h"
#include "relay/outbox.h"
#include "relay/registry.h"

namespace baton::relay {

class CommandHandler {
 public:
  CommandHandler(const CoreConfig& config, Registry& registry, IceAgents& ice, Outbox& outbox,
                 CoreMetrics& metrics);

  // Handles the command and puts its events and then its reply into the outbox, which
  // CanTakeCommand().
  void Handle(TimePoint now, const Command& command);

 private:
  CommandError Apply(const CreateRoom& command);
  CommandError Apply(const CloseRoom& command);
  CommandError Apply(const AddPlainEndpoint& command);
  CommandError Apply(const AddIceEndpoint& command);
  CommandError Apply(const SetIceRemote& command);
  CommandError Apply(const RemoveEndpoint& command);
  CommandError Apply(const PublishTrack& command);
  CommandError Apply(const UnpublishTrack& command);
  CommandError Apply(const AddLeg& command);
  CommandError Apply(const RemoveLeg& command);
  CommandError Apply(const PauseLeg& command);

  CommandError Answer(TimePoint now, const GetRoomStatistics& command, Reply& reply) const;

  // The records that names stand for.
  struct Found {
    CommandError error = CommandError::kNone;
    uint32_t room = kNoIndex;
    uint32_t endpoint = kNoIndex;
    uint32_t track = kNoIndex;
    uint32_t leg = kNoIndex;
  };
  Found Find(const Name& room, const Name& endpoint) const;
  Found Find(const Name& room, const Name& endpoint, const Name& track) const;
  // `endpoint` is the subscriber; kNoSuchLeg leaves everything but `leg` filled in.
  Found Find(const LegName& name) const;

  CommandError CheckRoomFor(uint32_t room) const;
  CommandError SubscribeToRoom(uint32_t endpoint);
  CommandError SubscribeRoomTo(uint32_t track);
  CommandError Subscribe(uint32_t subscriber, uint32_t track, const std::optional<rtp::Ssrc>& ssrc,
                         const std::optional<rtp::PayloadType>& payload_type);
  bool SsrcInUse(const Endpoint& endpoint, rtp::Ssrc ssrc) const;
  rtp::Ssrc ChooseSsrc(const Endpoint& endpoint);
  bool PayloadTypeFits(const Endpoint& subscriber, rtp::PayloadType type, const Codec& codec) const;
  std::optional<rtp::PayloadType> ChoosePayloadType(const Endpoint& subscriber,
                                                    const TrackParameters& track) const;
  void RemoveEndpointAt(uint32_t endpoint);
  std::unique_ptr<RoomStatistics> Collect(TimePoint now, uint32_t room) const;
  std::optional<SocketIndex> SocketFor(const TransportAddress& remote) const;
  void Tell(Event&& event) { outbox_.Put(Output(std::move(event))); }
  void UpdateGauges();

  const CoreConfig& config_;
  Registry& registry_;
  IceAgents& ice_;
  Outbox& outbox_;
  CoreMetrics& metrics_;
  Random random_;
};

}  // namespace baton::relay
