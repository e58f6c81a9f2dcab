#include "tests/sim/control/directory.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "base/check.h"

namespace baton::sim {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

std::string Text(const relay::Name& name) { return std::string(name.view()); }

}  // namespace

uint32_t Directory::NewRoom(const std::string& name, uint32_t node) {
  const uint32_t id = rooms();
  rooms_.push_back({name, node, {}, false});
  rooms_by_name_[name] = id;
  return id;
}

uint32_t Directory::NewEndpoint(uint32_t room, const std::string& name,
                                relay::Transport transport) {
  const uint32_t id = endpoints();
  const std::string full_name = absl::StrCat(rooms_[room].name, "/", name);
  endpoints_.push_back({room, name, full_name, transport, {}, false, std::nullopt});
  legs_of_.emplace_back();
  endpoints_by_name_[full_name] = id;
  return id;
}

uint32_t Directory::NewTrack(uint32_t endpoint, const std::string& name,
                             const relay::TrackParameters& parameters) {
  const uint32_t id = tracks();
  const std::string full_name = absl::StrCat(endpoints_[endpoint].full_name, "/", name);
  tracks_.push_back({endpoint, name, full_name, parameters, {}, false});
  tracks_by_name_[full_name] = id;
  return id;
}

uint32_t Directory::RoomId(const relay::Name& name) const { return rooms_by_name_.at(Text(name)); }

uint32_t Directory::EndpointId(const relay::Name& room, const relay::Name& name) const {
  return endpoints_by_name_.at(absl::StrCat(Text(room), "/", Text(name)));
}

uint32_t Directory::TrackId(const relay::Name& room, const relay::Name& endpoint,
                            const relay::Name& name) const {
  return tracks_by_name_.at(absl::StrCat(Text(room), "/", Text(endpoint), "/", Text(name)));
}

template <class LegEvent>
uint32_t Directory::LegId(const LegEvent& event) const {
  return legs_by_ends_.at({EndpointId(event.room, event.subscriber),
                           TrackId(event.room, event.publisher, event.track)});
}

Directory::Census& Directory::CensusOf(const EndpointRecord& endpoint) {
  return census_[rooms_[endpoint.room].node];
}

void Directory::RemoveLeg(uint32_t id) {
  LegRecord& leg = legs_[id];
  leg.alive = false;
  legs_by_ends_.erase({leg.subscriber, leg.track});
  std::erase(legs_of_[leg.subscriber], id);
  --CensusOf(endpoints_[leg.subscriber]).legs;
  listener_->OnLegRemoved(id);
}

void Directory::RemoveTrack(uint32_t id) {
  tracks_[id].alive = false;
  for (uint32_t leg = 0; leg < legs(); ++leg) {
    if (legs_[leg].alive && legs_[leg].track == id) RemoveLeg(leg);
  }
  --CensusOf(endpoints_[tracks_[id].endpoint]).tracks;
  listener_->OnTrackRemoved(id);
}

void Directory::RemoveEndpoint(uint32_t id) {
  while (!legs_of_[id].empty()) RemoveLeg(legs_of_[id].back());
  for (uint32_t track = 0; track < tracks(); ++track) {
    if (tracks_[track].alive && tracks_[track].endpoint == id) RemoveTrack(track);
  }
  endpoints_[id].alive = false;
  endpoints_[id].address.reset();
  --CensusOf(endpoints_[id]).endpoints;
  listener_->OnEndpointRemoved(id);
}

void Directory::Apply(uint32_t node, const relay::Event& event) {
  const auto endpoint = [this](const auto& e) -> EndpointRecord& {
    return endpoints_[EndpointId(e.room, e.endpoint)];
  };
  std::visit(
      Overloaded{
          [&](const relay::RoomCreated& e) {
            RoomRecord& room = rooms_[RoomId(e.room)];
            room.alive = true;
            room.limits = e.limits;
            ++census_[node].rooms;
          },
          [&](const relay::RoomClosed& e) {
            const uint32_t room = RoomId(e.room);
            for (uint32_t i = 0; i < endpoints(); ++i) {
              if (endpoints_[i].alive && endpoints_[i].room == room) RemoveEndpoint(i);
            }
            rooms_[room].alive = false;
            --census_[node].rooms;
            listener_->OnRoomClosed(room);
          },
          [&](const relay::EndpointAdded& e) {
            EndpointRecord& added = endpoint(e);
            added.alive = true;
            added.parameters = e.parameters;
            if (e.transport == relay::Transport::kPlain) added.address = e.remote;
            ++census_[node].endpoints;
          },
          [&](const relay::EndpointProven& e) { endpoint(e).address = e.remote; },
          [&](const relay::EndpointAddressChanged& e) { endpoint(e).address = e.remote; },
          [&](const relay::EndpointConsentLost& e) {
            endpoint(e).address.reset();
            for (const uint32_t leg : legs_of_[EndpointId(e.room, e.endpoint)]) {
              listener_->OnLegInterrupted(leg);
            }
          },
          [&](const relay::EndpointRemoved& e) { RemoveEndpoint(EndpointId(e.room, e.endpoint)); },
          [&](const relay::TrackPublished& e) {
            tracks_[TrackId(e.room, e.endpoint, e.track)].alive = true;
            ++census_[node].tracks;
          },
          [&](const relay::TrackUnpublished& e) {
            RemoveTrack(TrackId(e.room, e.endpoint, e.track));
          },
          [&](const relay::LegAdded& e) {
            const uint32_t subscriber = EndpointId(e.room, e.subscriber);
            const uint32_t track = TrackId(e.room, e.publisher, e.track);
            const uint32_t id = legs();
            LegRecord& leg = legs_.emplace_back();
            leg.subscriber = subscriber;
            leg.track = track;
            leg.name = absl::StrCat(endpoints_[subscriber].full_name, "~", Text(e.publisher), "/",
                                    Text(e.track));
            leg.parameters = e.parameters;
            leg.alive = true;
            legs_by_ends_[{subscriber, track}] = id;
            legs_of_[subscriber].push_back(id);
            ++census_[node].legs;
            listener_->OnLegAdded(id);
          },
          [&](const relay::LegPaused& e) {
            const uint32_t id = LegId(e);
            legs_[id].paused = e.paused;
            e.paused ? listener_->OnLegInterrupted(id) : listener_->OnLegResumed(id);
          },
          [&](const relay::LegLayerSet& e) {
            const uint32_t id = LegId(e);
            legs_[id].wanted = e.wanted;
            listener_->OnLegLayerSet(id);
          },
          [&](const relay::LegSwitched& e) {
            const uint32_t id = LegId(e);
            legs_by_ends_.erase({legs_[id].subscriber, legs_[id].track});
            legs_[id].former_tracks.push_back(legs_[id].track);
            legs_[id].track = TrackId(e.room, e.to_publisher, e.to_track);
            legs_by_ends_[{legs_[id].subscriber, legs_[id].track}] = id;
            listener_->OnLegSwitched(id);
          },
          [&](const relay::LegRemoved& e) { RemoveLeg(LegId(e)); },
          // What changes nothing that is known here.
          [](const auto&) {},
      },
      event);
}

}  // namespace baton::sim
