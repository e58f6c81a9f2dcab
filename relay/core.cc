#include "relay/core.h"

#include <algorithm>
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

// Without a packet an encoding counts as not sent while others of its track may be.
constexpr Duration kEncodingTimeout = std::chrono::seconds(1);

// Not of config.seed: peers see numbers drawn from that, and must not learn from them which of
// their addresses and names would collide.
uint64_t HashSeed(const CoreConfig& config) {
  constexpr std::array<uint8_t, 4> kPurpose = {'h', 'a', 's', 'h'};
  return LoadU64(stun::HmacSha256Key::FromBytes(config.transaction_secret).Sign(kPurpose).data());
}

// Streams of numbers that have nothing to do with each other.
Random SeedFor(const CoreConfig& config, uint64_t purpose) {
  return Random(MixHash(MixHash(config.seed[0], config.seed[1]), purpose));
}

Cname RelayCname(const CoreConfig& config) {
  Random random = SeedFor(config, 1);
  return RandomCname(random);
}

}  // namespace

Core::Core(const CoreConfig& config)
    : config_(config),
      outbox_(config.limits),
      registry_(config.limits, HashSeed(config)),
      leg_feedback_(config.limits.legs),
      history_(config.limits.streams, config.history_bytes, config.history_age),
      events_(registry_, outbox_, metrics_),
      rtcp_(RelayCname(config), registry_, metrics_),
      publishers_(config.limits, registry_, rtcp_, metrics_),
      router_(config.limits, registry_, publishers_, events_, metrics_),
      speakers_(config.limits, registry_, router_, events_),
      ice_(config_, HashSeed(config), registry_, router_, events_, metrics_),
      receiver_(config.limits, registry_, router_, publishers_, speakers_, events_, metrics_),
      forwarder_(config.limits, registry_, router_, history_, metrics_),
      media_(config_, registry_, receiver_, forwarder_, history_, metrics_),
      retransmitter_(registry_, router_, publishers_, history_, leg_feedback_, metrics_),
      rtcp_receiver_(registry_, router_, retransmitter_, leg_feedback_, events_, metrics_),
      reporter_(config.limits, SeedFor(config, 3), registry_, rtcp_, leg_feedback_),
      lifecycle_(SeedFor(config, 2), registry_, router_, publishers_, receiver_, history_,
                 reporter_, leg_feedback_),
      commands_(config_, registry_, lifecycle_, router_, ice_, leg_feedback_, outbox_, metrics_) {}

std::vector<MemoryItem> Core::MemoryPlan(const CoreConfig& config) {
  const Limits& limits = config.limits;
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
      {"RTCP of endpoints", limits.endpoints,
       PublisherFeedback::BytesPerEndpoint() + Reporter::BytesPerEndpoint()},
      {"tracks", limits.tracks, Pool<Track>::BytesPerSlot()},
      {"streams", limits.streams,
       Pool<Stream>::BytesPerSlot() + Trains::BytesPerStream() + StreamReceiver::BytesPerStream() +
           PublisherFeedback::BytesPerStream()},
      {"history of streams (index)", limits.streams,
       PacketHistory::BytesPerStream(config.history_bytes)},
      {"history of streams (packets)", 1, PacketHistory::FixedBytes(config.history_bytes)},
      {"legs", limits.legs,
       Pool<Leg>::BytesPerSlot() + LegRouter::BytesPerLeg() + LegForwarder::BytesPerLeg()},
      {"numbering of legs", limits.legs, sizeof(LegSegments)},
      {"feedback of legs", limits.legs, sizeof(LegFeedback)},
      {"fan-out chunks (8 legs each)", FanoutTable::ChunksFor(limits),
       Pool<FanoutTable::Chunk>::BytesPerSlot()},
      {"packets of a batch, by stream", 1, Trains::FixedBytes()},
      {"copies that are padded", 1, RunPadding::kCopyBytes},
      {"retransmissions of a batch", 1, StreamReceiver::kCopyBytes},
      {"speakers of a room", 1, Speakers::BytesFor(limits)},
      {"outputs (replies and events)", Outbox::CapacityFor(limits), sizeof(Output)},
      look_up("rooms by name", limits.rooms),
      look_up("endpoints by name", limits.endpoints),
      look_up("endpoints by flow", flows),
      look_up("endpoints by ufrag", limits.endpoints),
      look_up("checks by transaction id", IceAgents::OutstandingChecks(limits.endpoints)),
      look_up("legs by their ends", limits.legs),
      look_up("legs by SSRC", limits.legs),
  };
}

void Core::HandleDatagrams(TimePoint now, std::span<const Datagram> datagrams, TxBatch& tx) {
  last_sender_ = kNoIndex;
  history_.BeginBatch();
  media_.BeginBatch();
  for (const Datagram& datagram : datagrams) HandleDatagram(now, datagram, tx);
  tx.Reached(BatchStage::kParsed);
  media_.Forward(now, tx);
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
      return HandleRtcp(now, datagram, tx);
    case rtp::DatagramKind::kStun:
      media_.Forward(now, tx);  // to the addresses that were proven when it came
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

void Core::HandleRtcp(TimePoint now, const Datagram& datagram, TxBatch& tx) {
  const uint32_t sender = SenderOf(datagram.flow);
  if (sender == kNoIndex) return metrics_.Drop(DropReason::kUnknownFlow);
  reporter_.OnReceived(sender, datagram.bytes.size());
  // A goodbye changes which stream a leg is to have.
  media_.Forward(now, tx);
  rtcp_receiver_.Handle(now, datagram, sender, tx);
}

void Core::HandleCommand(TimePoint now, const Command& command, TxBatch& tx) {
  commands_.Handle(now, command, tx);
  ScheduleTick(now);
}

void Core::HandleDeadline(TimePoint now, TxBatch& tx) {
  publishers_.HandleDeadline(now, tx);
  if (now >= next_tick_) HandleTick(now, tx);
}

void Core::HandleTick(TimePoint now, TxBatch& tx) {
  ice_.HandleTick(now, tx);
  StopSilentStreams(now);
  speakers_.HandleTick(now);
  reporter_.HandleTick(now, tx);
  history_.ReleaseOld(now);
  metrics_.history_blocks.Set(static_cast<int64_t>(history_.blocks_in_use()));
  events_.RetryDeferred();
  next_tick_ = kNever;
  ScheduleTick(now);
}

void Core::StopSilentStreams(TimePoint now) {
  registry_.streams().ForEach([&](Handle<Stream> handle, const Stream& stream) {
    if (!stream.running) return;
    // An encoding that is not sent any more is to be replaced by another soon.
    const bool one_of_several = registry_.tracks().At(stream.track).streams.size() > 1;
    const Duration timeout =
        one_of_several ? std::min(config_.media_timeout, kEncodingTimeout) : config_.media_timeout;
    if (now - stream.ingress.last_arrival() < timeout) return;
    router_.SetRunning(handle.index, false);
    events_.StreamStops(handle.index);
  });
  registry_.endpoints().ForEach([&](Handle<Endpoint> handle, const Endpoint& endpoint) {
    const auto runs = [&](uint32_t track) { return registry_.tracks().At(track).running; };
    if (endpoint.sending && std::none_of(endpoint.tracks.begin(), endpoint.tracks.end(), runs)) {
      events_.EndpointFallsSilent(handle.index);
    }
  });
}

// Time matters only while there are endpoints: an empty shard sleeps.
void Core::ScheduleTick(TimePoint now) {
  if (next_tick_ == kNever && registry_.endpoints().size() > 0) next_tick_ = now + kTick;
}

}  // namespace baton::relay
