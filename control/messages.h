// The mirror's records and the shards' events as messages of the control protocol. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "control/mirror.h"
#include "relay/output.h"

#include "proto/control.pb.h"

namespace baton::control {

v1::Room ToMessage(std::string_view name, const RoomRecord& room);
// Without passwords and header extensions; see AddDetails().
v1::Endpoint ToMessage(std::string_view room, std::string_view name,
                       const EndpointRecord& endpoint);
v1::Track ToMessage(std::string_view room, const TrackKey& key, const TrackRecord& track);
v1::Leg ToMessage(std::string_view room, const LegKey& key, const LegRecord& leg);

// What only replies about this one endpoint carry: passwords, and header extensions, whose URIs
// would make up most of a long list.
void AddDetails(const EndpointRecord& endpoint, v1::Endpoint* message);
// Where its peer finds the node: media addresses, and candidates if it is an ICE endpoint.
void AddMediaAddresses(const std::vector<TransportAddress>& addresses, v1::Endpoint* message);

// The room and everything in it, added to `state`.
void AddRoom(std::string_view name, const RoomRecord& room, v1::State* state);

// Without a revision.
v1::Event ToMessage(size_t shard, const relay::Event& event);

// Without the time of the sample. `room` knows the tracks' formats and who speaks.
v1::RoomStatistics ToMessage(std::string_view name, const RoomRecord& room,
                             const relay::RoomStatistics& statistics);

// Highest layers are absent ones.
v1::Layer ToMessage(const relay::Layer& layer);
void SetName(std::string_view room, const LegKey& key, v1::LegName* name);

}  // namespace baton::control
