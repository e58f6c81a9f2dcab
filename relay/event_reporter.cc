#include "relay/event_reporter.h"

#include <algorithm>

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

void EventReporter::StreamStops(uint32_t stream) {
  const uint32_t index = registry_.streams().At(stream).track;
  Track& track = registry_.tracks().At(index);
  const auto runs = [&](uint32_t s) { return registry_.streams().At(s).running; };
  if (!track.running || std::any_of(track.streams.begin(), track.streams.end(), runs)) return;
  track.running = false;
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

void EventReporter::LayerChanges(uint32_t index) { DeferUnless(ReportLayer(index)); }

void EventReporter::SpeakingChanges(uint32_t index) { DeferUnless(ReportSpeaking(index)); }

void EventReporter::DominantChanges(uint32_t index) {
  registry_.rooms().At(index).dominant_untold = true;
  DeferUnless(ReportDominant(index));
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

bool EventReporter::ReportLayer(uint32_t index) {
  Leg& leg = registry_.legs().At(index);
  const Layer current = registry_.CurrentLayer(leg);
  if (current == leg.told) return true;
  const Track& track = registry_.tracks().At(leg.track);
  const Endpoint& publisher = registry_.endpoints().At(track.publisher);
  const Name& subscriber = registry_.endpoints().At(leg.subscriber).name;
  const Name& room = registry_.rooms().At(publisher.room).name;
  if (!outbox_.Offer(LegLayerChanged{room, subscriber, publisher.name, track.name, current})) {
    return false;
  }
  leg.told = current;
  return true;
}

bool EventReporter::ReportSpeaking(uint32_t index) {
  Endpoint& endpoint = registry_.endpoints().At(index);
  const bool speaking = endpoint.speaker.speaking();
  if (speaking == endpoint.told_speaking) return true;
  const Name& room = registry_.rooms().At(endpoint.room).name;
  if (!(speaking ? outbox_.Offer(SpeakerStarted{room, endpoint.name})
                 : outbox_.Offer(SpeakerStopped{room, endpoint.name}))) {
    return false;
  }
  endpoint.told_speaking = speaking;
  return true;
}

bool EventReporter::ReportDominant(uint32_t index) {
  Room& room = registry_.rooms().At(index);
  if (!room.dominant_untold) return true;
  const uint32_t endpoint = room.dominant.endpoint();
  const bool told = endpoint == kNobody || outbox_.Offer(DominantSpeakerChanged{
                                               room.name, registry_.endpoints().At(endpoint).name});
  room.dominant_untold = !told;
  return told;
}

void EventReporter::RetryDeferred() {
  if (!has_deferred_) return;
  bool all_told = true;
  registry_.endpoints().ForEach([&](Handle<Endpoint> handle, Endpoint&) {
    all_told &= ReportAddress(handle.index);
    all_told &= ReportActivity(handle.index);
    all_told &= ReportSpeaking(handle.index);
  });
  registry_.tracks().ForEach(
      [&](Handle<Track> handle, Track&) { all_told &= ReportTrack(handle.index); });
  registry_.legs().ForEach(
      [&](Handle<Leg> handle, Leg&) { all_told &= ReportLayer(handle.index); });
  registry_.rooms().ForEach(
      [&](Handle<Room> handle, Room&) { all_told &= ReportDominant(handle.index); });
  has_deferred_ = !all_told;
}

}  // namespace baton::relay
