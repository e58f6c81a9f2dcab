// Events that packets and time cause, as opposed to commands: proven, lost, first packet, silent,
// started, stopped. Each reports the state that a record has now; if the outbox has no room the
// record is marked and RetryDeferred() reports the state that it has by then.
#pragma once

#include <cstdint>

#include "relay/metrics.h"
#include "relay/outbox.h"
#include "relay/registry.h"

namespace baton::relay {

class EventReporter {
 public:
  EventReporter(Registry& registry, Outbox& outbox, CoreMetrics& metrics)
      : registry_(registry), outbox_(outbox), metrics_(metrics) {}

  // A packet of the track was accepted while it was not running: it runs, and its endpoint sends.
  void TrackRuns(uint32_t track);
  // No packet for the media timeout.
  void TrackStops(uint32_t track);
  // The last of the endpoint's running tracks has stopped.
  void EndpointFallsSilent(uint32_t endpoint);
  // The endpoint's state or address has changed: proven, moved, or consent lost.
  void AddressChanges(uint32_t endpoint);

  bool has_deferred() const { return has_deferred_; }
  void RetryDeferred();

 private:
  void ReportTrack(uint32_t track);
  void ReportActivity(uint32_t endpoint);
  void ReportAddress(uint32_t endpoint);
  bool Offer(Event&& event);

  Registry& registry_;
  Outbox& outbox_;
  CoreMetrics& metrics_;
  bool has_deferred_ = false;
};

}  // namespace baton::relay
