// Events that packets and time cause, as opposed to commands: proven, lost, first packet, silent,
// started, stopped, another layer, another speaker. Each reports the state that a record has now,
// if that is not what was told last. If the outbox has no room, RetryDeferred() reports the state
// that the record has by then; what changed to and fro in the meantime is not told.
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
  // A stream has ceased to run: its track stops if that was the last one.
  void StreamStops(uint32_t stream);
  // None of the endpoint's tracks runs any more.
  void EndpointFallsSilent(uint32_t endpoint);
  // The endpoint's state or address has changed: proven, moved, or consent lost.
  void AddressChanges(uint32_t endpoint);
  // The layer that the leg forwards may have changed.
  void LayerChanges(uint32_t leg);
  // The endpoint has started or stopped to speak.
  void SpeakingChanges(uint32_t endpoint);
  // The room has another dominant speaker.
  void DominantChanges(uint32_t room);

  // Tells what found no room; to be called from time to time.
  void RetryDeferred();

 private:
  // Each tells the difference between the record and what was told, if any. False: no room.
  bool ReportTrack(uint32_t track);
  bool ReportActivity(uint32_t endpoint);
  bool ReportAddress(uint32_t endpoint);
  bool ReportLayer(uint32_t leg);
  bool ReportSpeaking(uint32_t endpoint);
  bool ReportDominant(uint32_t room);
  void DeferUnless(bool told);

  Registry& registry_;
  Outbox& outbox_;
  CoreMetrics& metrics_;
  bool has_deferred_ = false;
};

}  // namespace baton::relay
