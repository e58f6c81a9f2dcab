// The records of a shard: rooms, endpoints, tracks and legs, in pools of fixed size. Plain data
// without pointers; cross references are indices of slots that are known to be taken (whoever
// releases a record first unlinks all that refers to it), or handles where that is not certain.
#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "base/datagram.h"
#include "base/pool.h"
#include "base/time_point.h"
#include "relay/capacity.h"
#include "relay/model.h"
#include "relay/names.h"
#include "rtp/types.h"

namespace baton::relay {

inline constexpr uint32_t kNoIndex = std::numeric_limits<uint32_t>::max();

// A doubly linked list through records of a pool.
struct Links {
  uint32_t previous = kNoIndex;
  uint32_t next = kNoIndex;
};

struct Room {
  Name name;
  SubscribeMode subscribe = SubscribeMode::kAll;
  uint32_t first_endpoint = kNoIndex;
  uint32_t endpoints = 0;
  uint32_t tracks = 0;
};

struct Endpoint {
  Name name;
  uint32_t room = kNoIndex;
  Links in_room;
  Transport transport = Transport::kPlain;
  EndpointState state = EndpointState::kNew;
  bool sending = false;       // had a packet within the media timeout
  bool told_sending = false;  // as the latest event has it
  bool told_proven = false;   // likewise, whether the state is kProven
  // The address has changed and there was no room to tell it.
  bool address_untold = false;
  Flow flow;                      // where media for this endpoint goes, while the state is kProven
  uint32_t first_leg = kNoIndex;  // the legs that it receives
  uint32_t tracks = 0;
  std::array<rtp::Ssrc, kMaxTracksPerEndpoint> ssrcs{};  // of its tracks, in the same order as:
  std::array<uint32_t, kMaxTracksPerEndpoint> track_indices{};
};

struct Track {
  Name name;
  uint32_t publisher = kNoIndex;
  TrackParameters parameters;
  bool running = false;             // had a packet within the media timeout
  bool told_running = false;        // as the latest event has it
  uint32_t first_chunk = kNoIndex;  // its legs: FanoutTable
  uint32_t legs = 0;
};

struct Leg {
  uint32_t subscriber = kNoIndex;
  uint32_t track = kNoIndex;
  Links of_subscriber;
  LegParameters parameters;
  // Where its hot part lies in the FanoutTable.
  uint32_t chunk = kNoIndex;
  uint32_t slot = 0;
};

}  // namespace baton::relay
