// The records of a shard: rooms, endpoints, tracks and legs, in pools of fixed size. Plain data
// without pointers; cross references are indices of slots that are known to be taken (whoever
// releases a record first unlinks all that refers to it), or handles where that is not certain.
#pragma once

#include <array>
#include <cstdint>
#include <limits>

#include "base/datagram.h"
#include "base/fixed_string.h"
#include "base/fixed_vector.h"
#include "base/pool.h"
#include "base/time_point.h"
#include "relay/audio_level.h"
#include "relay/capacity.h"
#include "relay/ingress.h"
#include "relay/key_frame_requests.h"
#include "relay/last_n.h"
#include "relay/leg_numbering.h"
#include "relay/model.h"
#include "relay/names.h"
#include "relay/reception_reports.h"
#include "relay/sender_clock.h"
#include "relay/speaker_detector.h"
#include "rtp/payload/frame_info.h"
#include "rtp/payload/payload_format.h"
#include "rtp/types.h"

namespace baton::relay {

inline constexpr uint32_t kNoIndex = std::numeric_limits<uint32_t>::max();

// A doubly linked list through records of a pool.
struct Links {
  uint32_t previous = kNoIndex;
  uint32_t next = kNoIndex;
};

// RFC 7022: 96 random bits in base 64.
using Cname = FixedString<16>;

struct Room {
  Name name;
  SubscribeMode subscribe = SubscribeMode::kAll;
  SpeakerLimits limits;
  uint32_t first_endpoint = kNoIndex;
  uint32_t endpoints = 0;
  uint32_t tracks = 0;
  bool has_levels = false;  // somebody has sent audio levels
  DominantSpeaker dominant;
  bool dominant_untold = false;
};

// No stream has it: of one that has not been heard of.
inline constexpr rtp::Ssrc kUnknownSsrc{};

// What an SSRC that an endpoint sends stands for.
struct SourceEntry {
  rtp::Ssrc ssrc;
  uint32_t stream = kNoIndex;
  bool rtx = false;  // retransmissions of the stream's packets
};

struct Endpoint {
  Name name;
  uint32_t room = kNoIndex;
  Links in_room;
  Transport transport = Transport::kPlain;
  EndpointState state = EndpointState::kNew;
  EndpointParameters parameters;
  bool sending = false;       // had a packet within the media timeout
  bool told_sending = false;  // as the latest event has it
  bool told_proven = false;   // likewise, whether the state is kProven
  // The address has changed and there was no room to tell it.
  bool address_untold = false;
  Flow flow;                      // where media for this endpoint goes, while the state is kProven
  uint32_t first_leg = kNoIndex;  // the legs that it receives
  FixedVector<uint32_t, kMaxTracksPerEndpoint> tracks;
  FixedVector<SourceEntry, kMaxSourcesPerEndpoint> sources;  // of its tracks' streams
  // The relay's own source towards this endpoint, in reports and feedback.
  rtp::Ssrc relay_ssrc;
  // Of all that it publishes, told to those who receive it: ties audio and video together.
  Cname cname;
  // Of the packets sent to it that have a transport-wide sequence number; the next one.
  uint16_t transport_sequence = 0;
  Duration round_trip{};  // smoothed; 0: not known
  // What it says of the way to it: REMB, in bits per second (0: nothing yet), and how many packets
  // its transport-wide feedback reported as received and as lost.
  uint64_t estimated_bitrate = 0;
  uint64_t transport_received = 0;
  uint64_t transport_lost = 0;
  SpeakerState speaker;
  bool told_speaking = false;  // as the latest event has it
  uint32_t joined = 0;         // counts up: of two endpoints the later one's is greater
};

struct Track {
  Name name;
  uint32_t publisher = kNoIndex;
  TrackParameters parameters;
  rtp::PayloadFormat format = rtp::PayloadFormat::kOther;  // kOther where it is opaque
  bool running = false;                                    // had a packet within the media timeout
  bool told_running = false;                               // as the latest event has it
  FixedVector<uint32_t, kMaxEncodings> streams;  // one for each encoding, in the same order
  uint32_t first_leg = kNoIndex;
  uint32_t legs = 0;
  LastNState last_n;
  uint32_t published = 0;  // counts up, as Endpoint::joined
};

// What EncodingStatistics tell beside what Ingress knows.
struct StreamCounters {
  uint64_t nacked = 0;
  uint64_t retransmitted = 0;
  uint64_t key_frame_requests = 0;
  uint64_t key_frames = 0;
};

// One RTP stream that a publisher sends: an encoding of a track.
struct Stream {
  uint32_t track = kNoIndex;
  uint8_t encoding = 0;   // of the track's
  bool running = false;   // packets come
  bool silenced = false;  // by the room's limits: its packets go to no leg
  rtp::Ssrc ssrc;         // 0: not known yet
  Ingress ingress;
  SenderClock clock;         // of its sender reports, on the timeline of `ingress`
  ReceptionReports reports;  // to its sender
  KeyFrameRequests key_frames;
  AudioLevel level;
  // Of the newest packet that legs were given, and of the newest with a payload.
  rtp::ExtendedSequence newest_forwarded;
  rtp::FrameInfo newest_frame;
  StreamCounters counters;
  uint32_t first_chunk = kNoIndex;  // its legs: FanoutTable
};

// The part of a leg's counters that forwarding does not read.
struct FanoutTotals {
  uint64_t bytes = 0;
  uint64_t dropped = 0;
};

// Where a leg lies in the FanoutTable.
struct LegPlace {
  uint32_t stream = kNoIndex;
  uint32_t chunk = kNoIndex;
  uint32_t slot = 0;

  bool is_none() const { return stream == kNoIndex; }
};

struct Leg {
  uint32_t subscriber = kNoIndex;
  uint32_t track = kNoIndex;
  Links of_subscriber;
  Links of_track;
  LegParameters parameters;
  bool paused = false;
  Layer wanted;
  Layer told;  // as the latest event has the current one
  // What it forwards, and what it will as soon as a key frame begins there. One of them at least.
  LegPlace current;
  LegPlace next;
  // Where its numbering has got to, while it has no current place.
  LegCursor left_off;
  TimePoint left_off_at;                  // when left_off's newest timestamp was current
  rtp::PictureNumbers left_off_pictures;  // the leg's, of the newest picture
  bool started = false;                   // has forwarded a packet ever
  // Of places that it had before.
  uint64_t packets_before = 0;
  FanoutTotals totals_before;
};

}  // namespace baton::relay
