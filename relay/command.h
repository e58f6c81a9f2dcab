// What a controller can ask of a shard. Values, carried by a bounded queue; each is answered by one
// Reply (relay/output.h) with the same request id.
//
// Names identify everything, so every command is idempotent: one that asks for what is already so
// succeeds with CommandError::kNone and causes no event, one that contradicts what is there is
// kContradicts. To remove what is not there is kNoSuchRoom, kNoSuchEndpoint, ...
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "base/address.h"
#include "base/datagram.h"
#include "relay/model.h"
#include "relay/names.h"
#include "rtp/types.h"

namespace baton::relay {

struct CreateRoom {
  Name room;
  SubscribeMode subscribe = SubscribeMode::kAll;
  SpeakerLimits limits;
};

struct CloseRoom {
  Name room;
};

struct AddPlainEndpoint {
  Name room;
  Name endpoint;
  TransportAddress remote;  // RTP and RTCP
  EndpointParameters parameters;
};

struct AddIceEndpoint {
  Name room;
  Name endpoint;
  IceCredentials local;   // made by the caller, from the operating system's randomness
  IceCredentials remote;  // may be empty, and follow with SetIceRemote
  EndpointParameters parameters;
};

// A recording of the room. It publishes nothing and says nothing, and its legs, the taps, are only
// those that it is given by AddLeg: without header extensions and without RTX. Packets for it go to
// TapFlow(tap), in the order in which they were made.
struct AddSinkEndpoint {
  Name room;
  Name endpoint;
  TapNumber tap = 0;  // below kMaxTaps, and no other endpoint's
};

// The peer's credentials, which the relay's own checks towards it are signed with.
struct SetIceRemote {
  Name room;
  Name endpoint;
  IceCredentials remote;
};

struct RemoveEndpoint {
  Name room;
  Name endpoint;
};

struct PublishTrack {
  Name room;
  Name endpoint;
  Name track;
  TrackParameters parameters;
};

struct UnpublishTrack {
  Name room;
  Name endpoint;
  Name track;
};

// A leg is named by who receives and what: {subscriber, publisher, track} within a room.
struct LegName {
  Name room;
  Name subscriber;
  Name publisher;
  Name track;
};

struct AddLeg {
  LegName leg;
  std::optional<rtp::Ssrc> ssrc;                 // chosen by the relay if not given
  std::optional<rtp::PayloadType> payload_type;  // the track's, where free, if not given
  // With RTX, of this payload type and SSRC; what is not given is chosen by the relay, and if
  // neither is, the endpoint's parameters decide.
  std::optional<rtp::PayloadType> rtx_payload_type;
  std::optional<rtp::Ssrc> rtx_ssrc;
  StreamId mid;
};

struct RemoveLeg {
  LegName leg;
};

struct PauseLeg {
  LegName leg;
  bool paused = true;
};

// The leg forwards at most this layer from the next point on at which it can be switched: a key
// frame of another encoding, a frame of another temporal layer that refers to nothing that is
// missing. What the track does not have counts as its highest.
struct SetLegLayer {
  LegName leg;
  Layer layer;
};

// Points the leg at another track of the same kind and codec, whose leg it is from then on:
// {subscriber, to_publisher, to_track} names it. Its SSRC and numbering go on without a step; video
// goes on showing the old track until a key frame of the new one.
struct SwitchLeg {
  LegName leg;
  Name to_publisher;
  Name to_track;
};

// As if the leg's subscriber had sent a picture loss indication: the publisher is asked for a key
// frame of the stream that the leg forwards, or waits for, unless it has just been asked. Nothing
// happens for audio.
struct RequestKeyFrame {
  LegName leg;
};

// Counters of one room's endpoints, tracks and legs (RoomStatistics in the reply).
struct GetRoomStatistics {
  Name room;
};

struct Command {
  uint64_t request_id = 0;
  std::variant<CreateRoom, CloseRoom, AddPlainEndpoint, AddIceEndpoint, AddSinkEndpoint,
               SetIceRemote, RemoveEndpoint, PublishTrack, UnpublishTrack, AddLeg, RemoveLeg,
               PauseLeg, SetLegLayer, SwitchLeg, RequestKeyFrame, GetRoomStatistics>
      action;
};

}  // namespace baton::relay
