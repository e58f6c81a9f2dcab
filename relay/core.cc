#include "relay/core.h"

#include <array>
#include <string>
#include <utility>

#include "rtp/classify.h"
#include "stun/hmac.h"

namespace baton::relay {
namespace {

// How often checks and silence are looked after. Coarse against what they measure (500 ms and
// more), and cheap: one walk over the endpoints.
constexpr Duration kTick = std::chrono::milliseconds(100);

// Not of config.seed: peers see numbers drawn from that, and must not learn from them which of
// their addresses and names would collide.
uint64_t HashSeed(const CoreConfig& config) {
  constexpr std::array<uint8_t, 4> kPurpose = {'h', 'a', 's', 'h'};
  return LoadU64(stun::HmacSha256Key::FromBytes(config.transaction_secret).Sign(kPurpose).data());
}

}  // namespace

Core::Core(const CoreConfig& config)
    : config_(config),
      outbox_(config.limits),
      registry_(config.limits, HashSeed(config)),
      events_(registry_, outbox_, metrics_),
      ice_(config_, HashSeed(config), registry_, events_, metrics_),
      commands_(config_, registry_, ice_, outbox_, metrics_),
      media_(config_, registry_, events_, metrics_) {}

std::vector<MemoryItem> Core::MemoryPlan(const Limits& limits) {
  const auto look_up = [](std::string what, size_t entries) {
    return MemoryItem{"look-up cells of " + std::move(what), HashIndex::CellsFor(entries),
                      HashIndex::BytesPerCell()};
  };
  const size_t flows = size_t{limits.endpoints} * FlowTable::kFlowsPerEndpoint;
  return {
      {"rooms", limits.rooms, Pool<Room>::BytesPerSlot()},
      {"endpoints", limits.endpoints, Pool<Endpoint>::BytesPerSlot()},
      {"flows", flows, sizeof(Flow)},
      {"ICE agents", limits.endpoints, IceAgents::BytesPerEndpoint()},
      {"tracks", limits.tracks,
       Pool<Track>::BytesPerSlot() + sizeof(Ingress) + Trains::BytesPerTrack()},
      {"legs", limits.legs, Pool<Leg>::BytesPerSlot()},
      {"fan-out chunks (8 legs each)", FanoutTable::ChunksFor(limits),
       Pool<FanoutTable::Chunk>::BytesPerSlot()},
      {"packets of a batch, by track", 1, Trains::FixedBytes()},
      {"copies that are padded", 1, RunPadding::kCopyBytes},
      {"outputs (replies and events)", Outbox::CapacityFor(limits), sizeof(Output)},
      look_up("rooms by name", limits.rooms),
      look_up("endpoints by name", limits.endpoints),
      look_up("endpoints by flow", flows),
      look_up("endpoints by ufrag", limits.endpoints),
      look_up("checks by transaction id", IceAgents::OutstandingChecks(limits.endpoints)),
      look_up("legs by their ends", limits.legs),
  };
}

void Core::HandleDatagrams(TimePoint now, std::span<const Datagram> datagrams, TxBatch& tx) {
  last_sender_ = kNoIndex;
  media_.BeginBatch();
  for (const Datagram& datagram : datagrams) HandleDatagram(now, datagram, tx);
  tx.Reached(BatchStage::kParsed);
  media_.Forward(tx);
  tx.Reached(BatchStage::kRouted);
}

uint32_t Core::SenderOf(const Flow& flow) {
  if (last_sender_ == kNoIndex || last_flow_ != flow) {
    last_sender_ = registry_.flows().Find(flow);
    last_flow_ = flow;
  }
  return last_sender_;
}

void Core::HandleDatagram(TimePoint now, const Datagram& datagram, TxBatch& tx) {
  switch (rtp::ClassifyDatagram(datagram.bytes)) {
    case rtp::DatagramKind::kRtp: {
      const uint32_t sender = SenderOf(datagram.flow);
      if (sender == kNoIndex) return metrics_.Drop(DropReason::kUnknownFlow);
      return media_.HandleRtp(now, datagram, sender, tx);
    }
    case rtp::DatagramKind::kRtcp:
      if (SenderOf(datagram.flow) == kNoIndex) return metrics_.Drop(DropReason::kUnknownFlow);
      return media_.HandleRtcp(datagram);
    case rtp::DatagramKind::kStun:
      media_.Forward(tx);  // to the addresses that were proven when it came
      ice_.HandleStun(now, datagram, tx);
      last_sender_ = kNoIndex;  // flows may have changed
      return;
    case rtp::DatagramKind::kUnknown:
    case rtp::DatagramKind::kZrtp:
    case rtp::DatagramKind::kDtls:
    case rtp::DatagramKind::kTurnChannel:
      return metrics_.Drop(DropReason::kNotMedia);
  }
}

void Core::HandleCommand(TimePoint now, const Command& command, TxBatch& /*tx*/) {
  commands_.Handle(now, command);
  ScheduleTick(now);
}

void Core::HandleDeadline(TimePoint now, TxBatch& tx) {
  if (now < next_tick_) return;
  ice_.HandleTick(now, tx);
  StopSilentTracks(now);
  events_.RetryDeferred();
  next_tick_ = kNever;
  ScheduleTick(now);
}

void Core::StopSilentTracks(TimePoint now) {
  registry_.endpoints().ForEach([&](Handle<Endpoint> handle, Endpoint& endpoint) {
    if (!endpoint.sending) return;
    bool any_running = false;
    for (uint32_t i = 0; i < endpoint.tracks; ++i) {
      const uint32_t index = endpoint.track_indices[i];
      if (!registry_.tracks().At(index).running) continue;
      if (now - registry_.ingress(index).last_arrival() >= config_.media_timeout) {
        events_.TrackStops(index);
      } else {
        any_running = true;
      }
    }
    if (!any_running) events_.EndpointFallsSilent(handle.index);
  });
}

// Time matters only while there are endpoints: an empty shard sleeps.
void Core::ScheduleTick(TimePoint now) {
  if (next_tick_ == kNever && registry_.endpoints().size() > 0) next_tick_ = now + kTick;
}

}  // namespace baton::relay
