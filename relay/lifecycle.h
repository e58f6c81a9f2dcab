// What begins and ends with a record: places, numbering and all that is kept about it elsewhere.
// Who may do it, and who is told, is the command handler's (relay/command_handler.h).
#pragma once

#include <cstdint>

#include "base/lazy_array.h"
#include "base/random.h"
#include "base/time_point.h"
#include "base/tx_batch.h"
#include "relay/leg_feedback.h"
#include "relay/leg_router.h"
#include "relay/packet_history.h"
#include "relay/publisher_feedback.h"
#include "relay/registry.h"
#include "relay/reporter.h"
#include "relay/stream_receiver.h"

namespace baton::relay {

// RFC 7022 section 4.2: short-term, persistent, and says nothing of whose it is.
Cname RandomCname(Random& random);

class Lifecycle {
 public:
  Lifecycle(const Random& random, Registry& registry, LegRouter& router,
            PublisherFeedback& feedback, StreamReceiver& receiver, PacketHistory& history,
            Reporter& reporter, LazyArray<LegFeedback>& legs)
      : random_(random),
        registry_(registry),
        router_(router),
        feedback_(feedback),
        receiver_(receiver),
        history_(history),
        reporter_(reporter),
        legs_(legs) {}

  // The caller has checked that there is room, as for Registry.
  uint32_t AddEndpoint(uint32_t room, const Name& name, Transport transport,
                       const EndpointParameters& parameters, TimePoint now);
  uint32_t AddTrack(uint32_t publisher, const Name& name, const TrackParameters& parameters);
  uint32_t AddLeg(uint32_t subscriber, uint32_t track, const LegParameters& parameters);

  // Tell those who go on receiving that a source of theirs is gone.
  void RemoveLeg(uint32_t leg, TxBatch& tx);
  void RemoveLegsTo(uint32_t subscriber, TxBatch& tx);
  void RemoveTrack(uint32_t track, TxBatch& tx);
  void RemoveEndpoint(uint32_t endpoint, TxBatch& tx);

  // An SSRC for the endpoint that neither it nor the relay uses towards the other.
  rtp::Ssrc ChooseSsrc(const Endpoint& endpoint);

 private:
  Random random_;
  Registry& registry_;
  LegRouter& router_;
  PublisherFeedback& feedback_;
  StreamReceiver& receiver_;
  PacketHistory& history_;
  Reporter& reporter_;
  LazyArray<LegFeedback>& legs_;
};

}  // namespace baton::relay
