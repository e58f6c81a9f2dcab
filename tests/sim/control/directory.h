// What is where, as the nodes' events have it: rooms, endpoints, tracks and legs, each with a
// number that is never used again, so that what is gone can still be talked about.
//
// An endpoint and a track get their number when their creation is asked for, because their peer
// begins with that; a leg gets it with the event that tells of it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/address.h"
#include "relay/model.h"
#include "relay/output.h"

namespace baton::sim {

struct RoomRecord {
  std::string name;
  uint32_t node = 0;
  relay::SpeakerLimits limits;
  bool alive = false;
};

struct EndpointRecord {
  uint32_t room = 0;
  std::string name;
  std::string full_name;  // "room/endpoint"
  relay::Transport transport = relay::Transport::kPlain;
  relay::EndpointParameters parameters;
  bool alive = false;
  // Where media for it may go; none: not proven, or not any more.
  std::optional<TransportAddress> address;
};

struct TrackRecord {
  uint32_t endpoint = 0;
  std::string name;
  std::string full_name;  // "room/endpoint/track"
  relay::TrackParameters parameters;
  std::vector<uint32_t> streams;  // one for each encoding
  bool alive = false;
};

struct LegRecord {
  uint32_t subscriber = 0;
  uint32_t track = 0;  // that it is pointed at
  std::vector<uint32_t> former_tracks;
  std::string name;  // "room/subscriber~publisher/track", of the first of its tracks
  relay::LegParameters parameters;
  relay::Layer wanted;
  bool paused = false;
  bool alive = false;
};

// Whoever has to follow. Called when the directory has been changed.
class DirectoryListener {
 public:
  virtual ~DirectoryListener() = default;
  virtual void OnLegAdded(uint32_t leg) = 0;
  // It was paused, or its subscriber cannot be reached any more.
  virtual void OnLegInterrupted(uint32_t leg) = 0;
  virtual void OnLegResumed(uint32_t leg) = 0;
  // It is pointed at another track.
  virtual void OnLegSwitched(uint32_t leg) = 0;
  // Its wanted layer has changed.
  virtual void OnLegLayerSet(uint32_t leg) = 0;
  virtual void OnLegRemoved(uint32_t leg) = 0;
  virtual void OnTrackRemoved(uint32_t track) = 0;
  virtual void OnEndpointRemoved(uint32_t endpoint) = 0;
  virtual void OnRoomClosed(uint32_t room) = 0;
};

class Directory {
 public:
  // Before the first event.
  void Follow(DirectoryListener& listener) { listener_ = &listener; }

  // Nodes are numbered in the order in which they are added.
  void AddNode() { census_.emplace_back(); }
  uint32_t NewRoom(const std::string& name, uint32_t node);
  uint32_t NewEndpoint(uint32_t room, const std::string& name, relay::Transport transport);
  uint32_t NewTrack(uint32_t endpoint, const std::string& name,
                    const relay::TrackParameters& parameters);
  void AddStream(uint32_t track, uint32_t stream) { tracks_[track].streams.push_back(stream); }

  void Apply(uint32_t node, const relay::Event& event);

  const RoomRecord& room(uint32_t id) const { return rooms_[id]; }
  const EndpointRecord& endpoint(uint32_t id) const { return endpoints_[id]; }
  const TrackRecord& track(uint32_t id) const { return tracks_[id]; }
  const LegRecord& leg(uint32_t id) const { return legs_[id]; }
  uint32_t rooms() const { return static_cast<uint32_t>(rooms_.size()); }
  uint32_t endpoints() const { return static_cast<uint32_t>(endpoints_.size()); }
  uint32_t tracks() const { return static_cast<uint32_t>(tracks_.size()); }
  uint32_t legs() const { return static_cast<uint32_t>(legs_.size()); }

  // Those of an endpoint that are alive.
  const std::vector<uint32_t>& legs_of(uint32_t endpoint) const { return legs_of_[endpoint]; }
  // How many of everything are alive at a node.
  struct Census {
    int64_t rooms = 0;
    int64_t endpoints = 0;
    int64_t tracks = 0;
    int64_t legs = 0;
    friend bool operator==(const Census&, const Census&) = default;
  };
  Census CensusOf(uint32_t node) const { return census_[node]; }
  uint32_t NodeOf(uint32_t endpoint) const { return rooms_[endpoints_[endpoint].room].node; }

 private:
  void RemoveLeg(uint32_t leg);
  void RemoveTrack(uint32_t track);
  void RemoveEndpoint(uint32_t endpoint);
  Census& CensusOf(const EndpointRecord& endpoint);
  uint32_t RoomId(const relay::Name& name) const;
  uint32_t EndpointId(const relay::Name& room, const relay::Name& name) const;
  uint32_t TrackId(const relay::Name& room, const relay::Name& endpoint,
                   const relay::Name& name) const;
  template <class LegEvent>
  uint32_t LegId(const LegEvent& event) const;

  DirectoryListener* listener_ = nullptr;
  std::vector<RoomRecord> rooms_;
  std::vector<EndpointRecord> endpoints_;
  std::vector<TrackRecord> tracks_;
  std::vector<LegRecord> legs_;
  std::vector<std::vector<uint32_t>> legs_of_;
  std::vector<Census> census_;  // by node
  // The latest of each name.
  std::map<std::string, uint32_t, std::less<>> rooms_by_name_;
  std::map<std::string, uint32_t, std::less<>> endpoints_by_name_;  // full names
  std::map<std::string, uint32_t, std::less<>> tracks_by_name_;
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> legs_by_ends_;  // {subscriber, track}
};

}  // namespace baton::sim
