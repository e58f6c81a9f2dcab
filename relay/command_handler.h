// What controllers may do, and what is told about it: checks a command against the records, applies
// it, and puts its events into the outbox.
//
// Thread: the shard's. Commands are not the packet path: GetRoomStatistics allocates its answer.
#pragma once

#include <cstdint>

#include "base/lazy_array.h"
#include "base/time_point.h"
#include "base/tx_batch.h"
#include "relay/command.h"
#include "relay/config.h"
#include "relay/ice_agents.h"
#include "relay/leg_feedback.h"
#include "relay/leg_router.h"
#include "relay/lifecycle.h"
#include "relay/metrics.h"
#include "relay/outbox.h"
#include "relay/registry.h"

namespace baton::relay {

class CommandHandler {
 public:
  CommandHandler(const CoreConfig& config, Registry& registry, Lifecycle& lifecycle,
                 LegRouter& router, IceAgents& ice, LazyArray<LegFeedback>& legs, Outbox& outbox,
                 CoreMetrics& metrics);

  // Handles the command and puts its events and then its reply into the outbox, which
  // CanTakeCommand(). What it has to tell peers goes to `tx`.
  void Handle(TimePoint now, const Command& command, TxBatch& tx);

 private:
  struct Context {
    TimePoint now;
    TxBatch& tx;
  };

  CommandError Apply(const Context& context, const CreateRoom& command);
  CommandError Apply(const Context& context, const CloseRoom& command);
  CommandError Apply(const Context& context, const AddPlainEndpoint& command);
  CommandError Apply(const Context& context, const AddIceEndpoint& command);
  CommandError Apply(const Context& context, const AddSinkEndpoint& command);
  CommandError Apply(const Context& context, const SetIceRemote& command);
  CommandError Apply(const Context& context, const RemoveEndpoint& command);
  CommandError Apply(const Context& context, const PublishTrack& command);
  CommandError Apply(const Context& context, const UnpublishTrack& command);
  CommandError Apply(const Context& context, const AddLeg& command);
  CommandError Apply(const Context& context, const RemoveLeg& command);
  CommandError Apply(const Context& context, const PauseLeg& command);
  CommandError Apply(const Context& context, const SetLegLayer& command);
  CommandError Apply(const Context& context, const SwitchLeg& command);
  CommandError Apply(const Context& context, const RequestKeyFrame& command);

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

  CommandError CheckPlaceIn(uint32_t room) const;
  CommandError CheckRoomFor(uint32_t room) const;
  CommandError CheckSources(const Endpoint& publisher, const TrackParameters& track) const;
  CommandError SubscribeToRoom(const Context& context, uint32_t endpoint);
  CommandError SubscribeRoomTo(const Context& context, uint32_t track);
  CommandError Subscribe(uint32_t subscriber, uint32_t track, const AddLeg& wishes);
  std::optional<rtp::PayloadType> RtxTypeFor(const Endpoint& subscriber,
                                             const TrackParameters& track, rtp::PayloadType media,
                                             const AddLeg& wishes, CommandError& error) const;
  void SetFixedFlow(uint32_t endpoint, const Flow& flow);
  uint32_t SubscribersIn(const Room& room) const;
  void RemoveEndpointAt(const Context& context, uint32_t endpoint);
  std::optional<SocketIndex> SocketFor(const TransportAddress& remote) const;
  void Tell(Event&& event) { outbox_.Put(Output(std::move(event))); }
  void UpdateGauges();

  const CoreConfig& config_;
  Registry& registry_;
  Lifecycle& lifecycle_;
  LegRouter& router_;
  IceAgents& ice_;
  LazyArray<LegFeedback>& legs_;
  Outbox& outbox_;
  CoreMetrics& metrics_;
};

}  // namespace baton::relay
