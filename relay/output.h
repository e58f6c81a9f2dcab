// What a shard tells its controller: replies to commands, and events. Both come out of one queue in
// the order in which they happened. Every change of state has its event before the reply to the
// command that caused it, so whoever follows the events knows the whole state of the shard.
#pragma once

#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "base/address.h"
#include "base/time_point.h"
#include "relay/model.h"
#include "relay/names.h"

namespace baton::relay {

enum class CommandError : uint8_t {
  kNone,
  kInvalidName,       // IsValidName() does not hold for one of the names
  kInvalidParameter,  // payload type > 127, clock rate 0, malformed credentials, ...
  kNoSuchRoom,
  kNoSuchEndpoint,
  kNoSuchTrack,
  kNoSuchLeg,
  kContradicts,     // the name is taken by something with other parameters
  kAddressRefused,  // loopback, link-local, multicast, ...: not allowed by configuration
  kAddressIsOurs,   // the remote address is one of this node's own: a loop
  kAddressInUse,    // another endpoint has this remote address
  kAddressFamily,   // the shard has no socket for addresses of this family
  kUfragInUse,
  kSsrcInUse,         // another track or leg of this endpoint has this SSRC
  kPayloadTypeInUse,  // another leg of this endpoint has this payload type with another codec, or
                      // a leg that the room's mode asks for finds none free
  kOwnTrack,          // an endpoint cannot subscribe to its own track
  kOtherFormat,       // a leg can only be switched to a track of the same kind and codec
  kNotIce,            // the command is for ICE endpoints
  kIsSink,            // a sink publishes nothing, and its legs have no RTX
  kTapInUse,          // another endpoint has this tap
  kTooManyRooms,      // the shard's pools or the configured limits are full:
  kTooManyEndpoints,
  kTooManyEndpointsInRoom,
  kTooManyTracks,
  kTooManyTracksOfEndpoint,
  kTooManyStreams,
  kTooManySourcesOfEndpoint,  // kMaxSourcesPerEndpoint
  kTooManyLegs,
  kTooManyLegsOfTrack,
};

// What an encoding of a track had, received from its publisher.
struct EncodingStatistics {
  rtp::Ssrc ssrc;  // 0: no packet yet of a stream that is known by its RID
  StreamId rid;
  uint64_t packets = 0;        // received, duplicates too
  uint64_t bytes = 0;          // of those that were taken: no duplicates
  int64_t lost = 0;            // RFC 3550: expected - received; duplicates can make it negative
  uint32_t jitter = 0;         // RFC 3550 A.8, in units of the clock rate
  Duration idle{};             // since its last packet; meaningless if packets == 0
  uint64_t nacked = 0;         // packets that were asked for again, each time
  uint64_t retransmitted = 0;  // packets that came as retransmissions and filled a gap
  uint64_t key_frame_requests = 0;  // PLI or FIR sent
  uint64_t key_frames = 0;          // seen, where the payload can be read
};

struct TrackStatistics {
  Name publisher;
  Name track;
  Duration round_trip{};  // to the publisher, smoothed; 0: not known
  uint8_t level = 127;    // audio: smoothed, in -dBov (RFC 6464): 127 is silence
  std::vector<EncodingStatistics> encodings;  // as in TrackParameters
};

struct LegStatistics {
  Name subscriber;
  Name publisher;
  Name track;
  bool paused = false;
  Layer wanted;
  Layer current;         // meaningless while nothing was forwarded
  uint64_t packets = 0;  // retransmissions are not among these
  uint64_t bytes = 0;    // RTP payloads and headers
  uint64_t dropped = 0;  // arrived at the leg and not sent, for whatever reason
  // As the subscriber's latest report has it:
  int32_t lost = 0;
  uint8_t fraction_lost = 0;  // of 256
  uint32_t jitter = 0;        // in units of the clock rate
  Duration round_trip{};      // smoothed; 0: not known
  uint64_t nacked = 0;        // packets that the subscriber asked for again, each time
  uint64_t retransmitted = 0;
  uint64_t retransmitted_bytes = 0;
  uint64_t key_frame_requests = 0;  // PLI and FIR received
};

struct EndpointStatistics {
  Name endpoint;
  bool speaking = false;
  Duration round_trip{};  // smoothed; 0: not known
  // As the endpoint reports the way from the relay to it:
  uint64_t estimated_bitrate = 0;   // REMB, in bits per second; 0: none
  uint64_t transport_received = 0;  // packets, by transport-wide feedback
  uint64_t transport_lost = 0;
};

struct RoomStatistics {
  std::vector<EndpointStatistics> endpoints;
  std::vector<TrackStatistics> tracks;
  std::vector<LegStatistics> legs;
};

struct Reply {
  uint64_t request_id = 0;
  CommandError error = CommandError::kNone;
  std::unique_ptr<RoomStatistics> statistics;  // for GetRoomStatistics only
};

struct RoomCreated {
  Name room;
  SubscribeMode subscribe;
  SpeakerLimits limits;
};
// Everything in the room is gone with it; there are no events for its parts.
struct RoomClosed {
  Name room;
};
struct EndpointAdded {
  Name room;
  Name endpoint;
  Transport transport;
  TransportAddress remote;  // plain only
  IceCredentials local;     // ICE only
  IceCredentials remote_credentials;
  EndpointParameters parameters;
};
struct IceRemoteSet {
  Name room;
  Name endpoint;
  IceCredentials remote;
};
// The first address of an ICE endpoint has been proven (or one again, after consent was lost).
struct EndpointProven {
  Name room;
  Name endpoint;
  TransportAddress remote;
};
struct EndpointAddressChanged {
  Name room;
  Name endpoint;
  TransportAddress remote;
};
struct EndpointConsentLost {
  Name room;
  Name endpoint;
};
// The first RTP packet of an endpoint that was accepted, ever or since it fell silent.
struct EndpointFirstPacket {
  Name room;
  Name endpoint;
};
// None of its tracks has had a packet for the configured time.
struct EndpointSilent {
  Name room;
  Name endpoint;
};
// With its tracks and legs, which have no events of their own.
struct EndpointRemoved {
  Name room;
  Name endpoint;
};
struct TrackPublished {
  Name room;
  Name endpoint;
  Name track;
  TrackParameters parameters;
};
// The track's first packet, ever or since it stopped.
struct TrackStarted {
  Name room;
  Name endpoint;
  Name track;
};
// No packet for the configured time.
struct TrackStopped {
  Name room;
  Name endpoint;
  Name track;
};
// With its legs, which have no events of their own.
struct TrackUnpublished {
  Name room;
  Name endpoint;
  Name track;
};
struct LegAdded {
  Name room;
  Name subscriber;
  Name publisher;
  Name track;
  LegParameters parameters;
};
struct LegPaused {
  Name room;
  Name subscriber;
  Name publisher;
  Name track;
  bool paused;  // false: resumed
};
// What is wanted, by command.
struct LegLayerSet {
  Name room;
  Name subscriber;
  Name publisher;
  Name track;
  Layer wanted;
};
// What is forwarded, from now on.
struct LegLayerChanged {
  Name room;
  Name subscriber;
  Name publisher;
  Name track;
  Layer current;
};
// The leg {subscriber, publisher, track} has become {subscriber, to_publisher, to_track}.
struct LegSwitched {
  Name room;
  Name subscriber;
  Name publisher;
  Name track;
  Name to_publisher;
  Name to_track;
};
struct LegRemoved {
  Name room;
  Name subscriber;
  Name publisher;
  Name track;
};

struct SpeakerStarted {
  Name room;
  Name endpoint;
};
struct SpeakerStopped {
  Name room;
  Name endpoint;
};
// The endpoint whose picture a view of one speaker would show.
struct DominantSpeakerChanged {
  Name room;
  Name endpoint;
};

using Event =
    std::variant<RoomCreated, RoomClosed, EndpointAdded, IceRemoteSet, EndpointProven,
                 EndpointAddressChanged, EndpointConsentLost, EndpointFirstPacket, EndpointSilent,
                 EndpointRemoved, TrackPublished, TrackStarted, TrackStopped, TrackUnpublished,
                 LegAdded, LegPaused, LegLayerSet, LegLayerChanged, LegSwitched, LegRemoved,
                 SpeakerStarted, SpeakerStopped, DominantSpeakerChanged>;

using Output = std::variant<Reply, Event>;

}  // namespace baton::relay
