// Answers subscribers' NACKs (RFC 4585 section 6.2.1) from the history, as RTX (RFC 4588) where the
// leg has it and otherwise as the packet was; what the history does not have is asked of the
// publisher.
#pragma once

#include <cstdint>

#include "base/lazy_array.h"
#include "base/time_point.h"
#include "base/tx_batch.h"
#include "relay/leg_feedback.h"
#include "relay/leg_router.h"
#include "relay/metrics.h"
#include "relay/packet_history.h"
#include "relay/publisher_feedback.h"
#include "relay/registry.h"
#include "rtp/rtcp.h"

namespace baton::relay {

class Retransmitter {
 public:
  // Numbers of one NACK that are looked at; the rest is for the subscriber to ask again.
  static constexpr size_t kMaxNumbers = 256;
  // Where the round trip to a subscriber is not known.
  static constexpr Duration kUsualRoundTrip = std::chrono::milliseconds(50);

  Retransmitter(Registry& registry, LegRouter& router, PublisherFeedback& publishers,
                PacketHistory& history, LazyArray<LegFeedback>& legs, CoreMetrics& metrics)
      : registry_(registry),
        router_(router),
        publishers_(publishers),
        history_(history),
        legs_(legs),
        metrics_(metrics) {}

  // `nack` names packets of the leg.
  void Answer(TimePoint now, uint32_t leg, const rtp::RtcpPacket& nack, TxBatch& tx);

 private:
  void AnswerNumber(TimePoint now, uint32_t leg, rtp::SequenceNumber number, TxBatch& tx);
  size_t Send(TimePoint now, uint32_t leg, rtp::SequenceNumber number,
              const LegSegments::Source& source, const MediaPacket& packet, TxBatch& tx);
  void Refuse(RetransmissionRefusal reason) {
    metrics_.retransmissions_refused[static_cast<size_t>(reason)].Add();
  }

  Registry& registry_;
  LegRouter& router_;
  PublisherFeedback& publishers_;
  PacketHistory& history_;
  LazyArray<LegFeedback>& legs_;
  CoreMetrics& metrics_;
};

}  // namespace baton::relay
