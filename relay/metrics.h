// Counters of one shard: written by its thread, read by whoever scrapes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/counter.h"
#include "relay/drop_reason.h"
#include "rtp/rtcp.h"

namespace baton::relay {

enum class PacketKind : uint8_t { kRtp, kRtcp, kStun, kCount };

constexpr std::string_view Label(PacketKind kind) {
  constexpr std::string_view kNames[] = {"rtp", "rtcp", "stun"};
  return kNames[static_cast<size_t>(kind)];
}

// Outcomes of STUN on media ports.
enum class IceResult : uint8_t {
  kSuccess,           // a check of the peer's that was answered with success
  kUnauthorized,      // ... with 401
  kBadRequest,        // ... with 400
  kUnknownAttribute,  // ... with 420
  kRoleConflict,      // ... with 487
  kSilence,           // a request that got no answer
  kCheckSent,         // a check of our own, to a new address or for consent
  kCheckAnswered,     // ... whose valid answer came
  kProven,            // an address that was proven
  kConsentLost,       // an address whose consent expired
  kTooManyAddresses,  // a check from a new address while the endpoint's places were taken
  kCount
};

constexpr std::string_view Label(IceResult result) {
  constexpr std::string_view kNames[] = {
      "success",       "unauthorized", "bad_request",        "unknown_attribute",
      "role_conflict", "silence",      "check_sent",         "check_answered",
      "proven",        "consent_lost", "too_many_addresses",
  };
  return kNames[static_cast<size_t>(result)];
}

// Why a packet that a subscriber asked for was not sent again.
enum class RetransmissionRefusal : uint8_t {
  kUnknown,     // its number was never used, or too long ago
  kNotStored,   // never received, or too old; it has been asked of the publisher if that may help
  kTooSoon,     // sent less than a round trip ago
  kOverBudget,  // the leg has had its share of retransmissions
  kCount
};

constexpr std::string_view Label(RetransmissionRefusal reason) {
  constexpr std::string_view kNames[] = {"unknown", "not_stored", "too_soon", "over_budget"};
  return kNames[static_cast<size_t>(reason)];
}

struct Traffic {
  Counter packets;
  Counter bytes;  // UDP payload

  void Add(size_t size) { Add(1, size); }
  void Add(uint64_t more_packets, uint64_t more_bytes) {
    packets.Add(more_packets);
    bytes.Add(more_bytes);
  }
};

struct CoreMetrics {
  // By PacketKind. In: accepted as that kind. Out: handed to the batch for a peer.
  std::array<Traffic, static_cast<size_t>(PacketKind::kCount)> in;
  std::array<Traffic, static_cast<size_t>(PacketKind::kCount)> out;
  std::array<Counter, kDropReasons> drops;
  std::array<Counter, static_cast<size_t>(IceResult::kCount)> ice;
  std::array<Counter, rtp::kRtcpKinds> rtcp_in;
  std::array<Counter, rtp::kRtcpKinds> rtcp_out;
  // Packets, for each leg that was there to get them: they are sent, dropped for a reason of legs,
  // or held until a switch. One that was dropped and is sent after all, from the history, is due
  // twice.
  Counter copies_due;
  Traffic tapped;         // RTP and RTCP for recordings; not among `out`
  Traffic retransmitted;  // to subscribers; also among `out`
  std::array<Counter, static_cast<size_t>(RetransmissionRefusal::kCount)> retransmissions_refused;
  Counter repaired;  // packets that publishers sent again when asked
  Counter fillers;   // empty packets in places of layers that are left out; also counted above
  Counter events_deferred;  // found the outbox full and were put off

  Gauge rooms;
  Gauge endpoints;
  Gauge streams;
  Gauge history_blocks;  // of PacketHistory::kBlockSize
  Gauge audio_tracks;
  Gauge video_tracks;
  Gauge legs;

  void Drop(DropReason reason, uint64_t n = 1) { drops[static_cast<size_t>(reason)].Add(n); }
  void Count(IceResult result) { ice[static_cast<size_t>(result)].Add(); }
};

}  // namespace baton::relay
