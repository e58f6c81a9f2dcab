// RTCP from endpoints: reports about legs, and feedback from those who receive them, end here, and
// are answered or acted on by the relay itself. Nothing is passed on.
#pragma once

#include <cstdint>

#include "base/datagram.h"
#include "base/lazy_array.h"
#include "base/time_point.h"
#include "base/tx_batch.h"
#include "relay/event_reporter.h"
#include "relay/leg_feedback.h"
#include "relay/leg_router.h"
#include "relay/metrics.h"
#include "relay/registry.h"
#include "relay/retransmitter.h"
#include "rtp/rtcp.h"

namespace baton::relay {

class RtcpReceiver {
 public:
  RtcpReceiver(Registry& registry, LegRouter& router, Retransmitter& retransmitter,
               LazyArray<LegFeedback>& legs, EventReporter& events, CoreMetrics& metrics)
      : registry_(registry),
        router_(router),
        retransmitter_(retransmitter),
        legs_(legs),
        events_(events),
        metrics_(metrics) {}

  // `sender`: index of the endpoint whose flow it came on.
  void Handle(TimePoint now, const Datagram& datagram, uint32_t sender, TxBatch& tx);

 private:
  void HandlePacket(TimePoint now, uint32_t sender, const rtp::RtcpPacket& packet, TxBatch& tx);
  void HandleSenderReport(TimePoint now, uint32_t sender, const rtp::RtcpPacket& packet);
  void HandleReportBlocks(TimePoint now, uint32_t sender, const rtp::RtcpPacket& packet);
  void HandleGoodbye(uint32_t sender, const rtp::RtcpPacket& packet);
  void HandleFullIntra(uint32_t sender, const rtp::RtcpPacket& packet);
  void HandleTransportFeedback(uint32_t sender, const rtp::RtcpPacket& packet);
  void AskForKeyFrame(uint32_t sender, rtp::Ssrc leg_ssrc);

  Registry& registry_;
  LegRouter& router_;
  Retransmitter& retransmitter_;
  LazyArray<LegFeedback>& legs_;
  EventReporter& events_;
  CoreMetrics& metrics_;
};

}  // namespace baton::relay
