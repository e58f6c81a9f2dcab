#include "relay/event_reporter.h"

namespace baton::relay {

void EventReporter::DeferUnless(bool told) {
  if (told) return;
  metrics_.events_deferred.Add();
  has_deferred_ = true;
}

void EventReporter::TrackRuns(uint32_t index) {
  Track& track = registry_.tracks().At(index);
  Endpoint& endpoint = registry_.endpoints().At(track.publisher);
  track.running = true;
  if (!endpoint.sending) {
    endpoint.sending = true;
    DeferUnless(ReportActivity(track.publisher));
  }
  DeferUnless(ReportTrack(index));
}

void EventReporter::TrackStops(uint32_t index) {
  registry_.tracks().At(index).running = false;
  DeferUnless(ReportTrack(index));
}

void EventReporter::EndpointFallsSilent(uint32_t index) {
  registry_.endpoints().At(index).sending = false;
  DeferUnless(ReportActivity(index));
}

void EventReporter::AddressChanges(uint32_t index) {
  registry_.endpoints().At(index).address_untold = true;
  DeferUnless(ReportAddress(index));
}

bool EventReporter::ReportTrack(uint32_t index) {
  Track& track = registry_.tracks().At(index);
  if (track.running == track.told_running) return true;
  const Endpoint& endpoint = registry_.endpoints().At(track.publisher);
  const Name& room = registry_.rooms().At(endpoint.room).name;
  if (!(track.running ? outbox_.Offer(TrackStarted{room, endpoint.name, track.name})
                      : outbox_.Offer(TrackStopped{room, endpoint.name, track.name}))) {
    return false;
  }
  track.told_running = track.running;
  return true;
}

bool EventReporter::ReportActivity(uint32_t index) {
  Endpoint& endpoint = registry_.endpoints().At(index);
  if (endpoint.sending == endpoint.told_sending) return true;
  const Name& room = registry_.rooms().At(endpoint.room).name;
  if (!(endpoint.sending ? outbox_.Offer(EndpointFirstPacket{room, endpoint.name})
                         : outbox_.Offer(EndpointSilent{room, endpoint.name}))) {
    return false;
  }
  endpoint.told_sending = endpoint.sending;
  return true;
}

bool EventReporter::ReportAddress(uint32_t index) {
  Endpoint& endpoint = registry_.endpoints().At(index);
  if (!endpoint.address_untold) return true;
  const Name& room = registry_.rooms().At(endpoint.room).name;
  const TransportAddress& remote = endpoint.flow.remote;
  const bool proven = endpoint.state == EndpointState::kProven;
  bool told = true;  // proven and lost again before anybody was told: nothing to take back
  if (proven && endpoint.told_proven) {
    told = outbox_.Offer(EndpointAddressChanged{room, endpoint.name, remote});
  } else if (proven) {
    told = outbox_.Offer(EndpointProven{room, endpoint.name, remote});
  } else if (endpoint.told_proven) {
    told = outbox_.Offer(EndpointConsentLost{room, endpoint.name});
  }
  if (!told) return false;
  endpoint.address_untold = false;
  endpoint.told_proven = proven;
  return true;
}

void EventReporter::RetryDeferred() {
  if (!has_deferred_) return;
  bool all_told = true;
  registry_.endpoints().ForEach([&](Handle<Endpoint> handle, Endpoint&) {
    all_told &= ReportAddress(handle.index);
    all_told &= ReportActivity(handle.index);
  });
  registry_.tracks().ForEach(
      [&](Handle<Track> handle, Track&) { all_told &= ReportTrack(handle.index); });
  has_deferred_ = !all_told;
}

}  // namespace baton::relay
