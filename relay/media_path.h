// The packet path of media: an RTP datagram of a known endpoint comes in, its copies go out.
// Nothing here allocates, locks, reads a clock or throws.
#pragma once

#include "base/datagram.h"
#include "base/time_point.h"
#include "base/tx_batch.h"
#include "relay/event_reporter.h"
#include "relay/metrics.h"
#include "relay/registry.h"

namespace baton::relay {

class MediaPath {
 public:
  MediaPath(Registry& registry, EventReporter& events, CoreMetrics& metrics)
      : registry_(registry), events_(events), metrics_(metrics) {}

  // `sender`: index of the endpoint whose flow the datagram came on.
  void HandleRtp(TimePoint now, const Datagram& datagram, uint32_t sender, TxBatch& tx);

  // Validates and counts. What reports say is for the relay itself: none is passed on.
  void HandleRtcp(const Datagram& datagram);

 private:
  void Forward(const rtp::PacketView& packet, const Ingress::Accepted& numbers, Track& track,
               const Datagram& datagram, TxBatch& tx);

  Registry& registry_;
  EventReporter& events_;
  CoreMetrics& metrics_;
};

}  // namespace baton::relay
