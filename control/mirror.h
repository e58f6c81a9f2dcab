// The state of all rooms of the node as the shards' events tell it. The control plane answers
// lists, shows and snapshots from here and leaves the shards in peace.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/address.h"
#include "relay/model.h"
#include "relay/output.h"

namespace baton::control {

struct EndpointRecord {
  relay::Transport transport = relay::Transport::kPlain;
  relay::EndpointState state = relay::EndpointState::kNew;
  TransportAddress remote;  // plain: given; ICE: proven last, port 0 if never
  bool active = false;
  relay::IceCredentials local;
  relay::IceCredentials remote_credentials;
  relay::EndpointParameters parameters;
  bool speaking = false;
  uint32_t tracks = 0;
};

struct TrackRecord {
  relay::TrackParameters parameters;
  bool active = false;
};

struct LegRecord {
  relay::LegParameters parameters;
  bool paused = false;
  relay::Layer wanted;
  std::optional<relay::Layer> current;  // none before anything was forwarded
};

using TrackKey = std::pair<std::string, std::string>;              // publisher, track
using LegKey = std::tuple<std::string, std::string, std::string>;  // subscriber, publisher, track

struct RoomRecord {
  size_t shard = 0;
  relay::SubscribeMode subscribe = relay::SubscribeMode::kAll;
  relay::SpeakerLimits limits;
  std::string dominant_speaker;  // empty: none yet, or gone
  std::map<std::string, EndpointRecord, std::less<>> endpoints;
  std::map<TrackKey, TrackRecord> tracks;
  std::map<LegKey, LegRecord> legs;
};

struct Totals {
  uint32_t rooms = 0;
  uint32_t endpoints = 0;
  uint32_t tracks = 0;
  uint32_t legs = 0;
};

class Mirror {
 public:
  using Rooms = std::map<std::string, RoomRecord, std::less<>>;

  explicit Mirror(size_t shard_count) : totals_(shard_count) {}

  // False if the event speaks of what is not there (or adds what is): the mirror is unchanged by
  // it, and shard and mirror have come apart. Callers count that.
  bool Apply(size_t shard, const relay::Event& event);

  const Rooms& rooms() const { return rooms_; }
  const Totals& totals(size_t shard) const { return totals_[shard]; }
  Totals totals() const;

  // Null if there is none.
  const RoomRecord* FindRoom(std::string_view room) const;
  const EndpointRecord* FindEndpoint(std::string_view room, std::string_view endpoint) const;
  const TrackRecord* FindTrack(std::string_view room, std::string_view endpoint,
                               std::string_view track) const;
  const LegRecord* FindLeg(std::string_view room, std::string_view subscriber,
                           std::string_view publisher, std::string_view track) const;

 private:
  bool On(size_t shard, const relay::RoomCreated& event);
  bool On(size_t shard, const relay::RoomClosed& event);
  bool On(size_t shard, const relay::EndpointAdded& event);
  bool On(size_t shard, const relay::IceRemoteSet& event);
  bool On(size_t shard, const relay::EndpointProven& event);
  bool On(size_t shard, const relay::EndpointAddressChanged& event);
  bool On(size_t shard, const relay::EndpointConsentLost& event);
  bool On(size_t shard, const relay::EndpointFirstPacket& event);
  bool On(size_t shard, const relay::EndpointSilent& event);
  bool On(size_t shard, const relay::EndpointRemoved& event);
  bool On(size_t shard, const relay::TrackPublished& event);
  bool On(size_t shard, const relay::TrackStarted& event);
  bool On(size_t shard, const relay::TrackStopped& event);
  bool On(size_t shard, const relay::TrackUnpublished& event);
  bool On(size_t shard, const relay::LegAdded& event);
  bool On(size_t shard, const relay::LegPaused& event);
  bool On(size_t shard, const relay::LegLayerSet& event);
  bool On(size_t shard, const relay::LegLayerChanged& event);
  bool On(size_t shard, const relay::LegSwitched& event);
  bool On(size_t shard, const relay::LegRemoved& event);
  bool On(size_t shard, const relay::SpeakerStarted& event);
  bool On(size_t shard, const relay::SpeakerStopped& event);
  bool On(size_t shard, const relay::DominantSpeakerChanged& event);

  RoomRecord* Room(std::string_view room);
  EndpointRecord* Endpoint(std::string_view room, std::string_view endpoint);
  TrackRecord* Track(std::string_view room, std::string_view endpoint, std::string_view track);
  LegRecord* Leg(std::string_view room, std::string_view subscriber, std::string_view publisher,
                 std::string_view track);
  // Erases the room's legs for which `goes(key)` holds.
  template <class Predicate>
  void EraseLegs(RoomRecord& room, Predicate goes);

  Rooms rooms_;
  std::vector<Totals> totals_;  // by shard
};

}  // namespace baton::control
