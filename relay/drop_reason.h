// Why a datagram, or one leg's copy of a packet, went no further. The names are the values of the
// label `reason` of baton_packets_dropped_total. Each datagram is counted once: as accepted, by its
// kind, or as dropped, by its reason.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace baton::relay {

enum class DropReason : uint8_t {
  // A datagram, on its way in:
  kNotMedia,  // by its first byte neither STUN nor RTP (RFC 7983)
  kStunMalformed,
  kStunUnauthenticated,  // no endpoint's ufrag, or not signed with its password
  kStunUnexpected,       // a response to nothing that was asked, or an indication
  kAddressRefused,       // STUN from an address that policy forbids or another endpoint has
  kUnknownFlow,          // media from an address that is no endpoint's, or not proven
  kRtpMalformed,
  kRtcpMalformed,
  kUnknownSsrc,            // RTP of a known endpoint, but of none of its tracks
  kUnexpectedPayloadType,  // not the track's
  kDuplicate,              // its sequence number has been seen
  kSequenceJump,           // far from what was expected and not confirmed by a second packet, or
                           // too late after such a restart
  kRetransmissionEmpty,  // RTX (RFC 4588) without a packet in it: padding that probes for bandwidth
  // A leg's copy, on its way out:
  kLegPaused,
  kSubscriberUnproven,  // the subscriber has no proven address
  kBeforeLegStart,      // late: older than the first packet that the leg forwarded
  kWaitingForKeyFrame,  // the leg begins, or begins anew, when one comes
  kLayerLeftOut,        // of a layer above the one that is wanted
  kLegSwitched,         // the leg goes on in another stream
  kSpeakerLimit,        // the room forwards the media of other speakers
  kCount
};

inline constexpr size_t kDropReasons = static_cast<size_t>(DropReason::kCount);

constexpr std::string_view Label(DropReason reason) {
  constexpr std::array<std::string_view, kDropReasons> kNames = {
      "not_media",
      "stun_malformed",
      "stun_unauthenticated",
      "stun_unexpected",
      "address_refused",
      "unknown_flow",
      "rtp_malformed",
      "rtcp_malformed",
      "unknown_ssrc",
      "unexpected_payload_type",
      "duplicate",
      "sequence_jump",
      "retransmission_empty",
      "leg_paused",
      "subscriber_unproven",
      "before_leg_start",
      "waiting_for_key_frame",
      "layer_left_out",
      "leg_switched",
      "speaker_limit",
  };
  return kNames[static_cast<size_t>(reason)];
}

}  // namespace baton::relay
