#include "relay/event_reporter.h"

#include <utility>

namespace baton::relay {

bool EventReporter::Offer(Event&& event) {
  if (outbox_.Offer(std::move(event))) return true;
  metrics_.events_deferred.Add();
  has_deferred_ = true;
  return false;
}

void EventReporter::TrackRuns(uint32_t index) {
  Track& track = registry_.tracks().At(index);
  Endpoint& endpoint = registry_.endpoints().At(track.publisher);
  track.running = true;
  if (!endpoint.sending) {
    endpoint.sending = true;
    ReportActivity(track.publisher);
  }
  ReportTrack(index);
}

void EventReporter::TrackStops(uint32_t index) {
  registry_.tracks().At(index).running = false;
  ReportTrack(index);
}

void EventReporter::EndpointFallsSilent(uint32_t index) {
  registry_.endpoints().At(index).sending = false;
  ReportActivity(index);
}

void EventReporter::AddressChanges(uint32_t index) { ReportAddress(index); }

void EventReporter::ReportTrack(uint32_t index) {
  Track& track = registry_.tracks().At(index);
  const Endpoint& endpoint = registry_.endpoints().At(track.publisher);
  const Name& room = registry_.rooms().At(endpoint.room).name;
  track.unreported = !(track.running ? Offer(TrackStarted{room, endpoint.name, track.name})
                                     : Offer(TrackStopped{room, endpoint.name, track.name}));
}

void EventReporter::ReportActivity(uint32_t index) {
  Endpoint& endpoint = registry_.endpoints().At(index);
  const Name& room = registry_.rooms().At(endpoint.room).name;
  endpoint.activity_unreported =
      !(endpoint.sending ? Offer(EndpointFirstPacket{room, endpoint.name})
                         : Offer(EndpointSilent{room, endpoint.name}));
}

void EventReporter::ReportAddress(uint32_t index) {
  Endpoint& endpoint = registry_.endpoints().At(index);
  const Name& room = registry_.rooms().At(endpoint.room).name;
  bool told = false;
  if (endpoint.state != EndpointState::kProven) {
    // Lost before anybody was told that it had been proven: nothing to take back.
    told = !endpoint.announced || Offer(EndpointConsentLost{room, endpoint.name});
  } else if (endpoint.announced) {
    told = Offer(EndpointAddressChanged{room, endpoint.name, endpoint.flow.remote});
  } else {
    told = Offer(EndpointProven{room, endpoint.name, endpoint.flow.remote});
  }
  endpoint.address_unreported = !told;
  if (told) endpoint.announced = endpoint.state == EndpointState::kProven;
}

void EventReporter::RetryDeferred() {
  has_deferred_ = false;
  registry_.endpoints().ForEach([&](Handle<Endpoint> handle, Endpoint& endpoint) {
    if (endpoint.address_unreported) ReportAddress(handle.index);
    if (endpoint.activity_unreported) ReportActivity(handle.index);
  });
  registry_.tracks().ForEach([&](Handle<Track> handle, Track& track) {
    if (track.unreported) ReportTrack(handle.index);
  });
}

}  // namespace baton::relay
