// Compound RTCP (RFC 3550 section 6), validated whole before any of it is used.
//
// ParseCompound() checks every length in every packet of a datagram. What it lets through is walked
// with CompoundReader, and each packet is read with the functions of rtp/rtcp_body.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace baton::rtp {

enum class RtcpKind : uint8_t {
  kSenderReport,
  kReceiverReport,
  kSourceDescription,
  kGoodbye,
  kApplication,
  kNack,                    // RFC 4585 section 6.2.1, generic
  kTmmbr,                   // RFC 5104 section 4.2.1
  kTransportWide,           // transport-wide congestion control
  kOtherTransportFeedback,  // RTPFB of another format
  kPictureLoss,             // RFC 4585 section 6.3.1
  kFullIntraRequest,        // RFC 5104 section 4.3.1
  kRemb,                    // receiver estimated maximum bitrate, an AFB
  kOtherPayloadFeedback,    // PSFB of another format
  kExtendedReport,          // RFC 3611; its blocks are not looked into
  kOther,                   // a type of 192..223 without a meaning here
};
inline constexpr size_t kRtcpKinds = static_cast<size_t>(RtcpKind::kOther) + 1;

// A metric label: "sr", "nack", ...
std::string_view Name(RtcpKind kind);

// Packet types, RFC 3550 section 12.1 and RFC 4585 section 6.1.
inline constexpr uint8_t kTypeSenderReport = 200;
inline constexpr uint8_t kTypeReceiverReport = 201;
inline constexpr uint8_t kTypeSourceDescription = 202;
inline constexpr uint8_t kTypeGoodbye = 203;
inline constexpr uint8_t kTypeApplication = 204;
inline constexpr uint8_t kTypeTransportFeedback = 205;
inline constexpr uint8_t kTypePayloadFeedback = 206;
inline constexpr uint8_t kTypeExtendedReport = 207;

// Feedback message types: the count field of RTPFB and PSFB.
inline constexpr uint8_t kFormatNack = 1;
inline constexpr uint8_t kFormatTmmbr = 3;
inline constexpr uint8_t kFormatTransportWide = 15;
inline constexpr uint8_t kFormatPictureLoss = 1;
inline constexpr uint8_t kFormatFullIntraRequest = 4;
inline constexpr uint8_t kFormatApplicationLayer = 15;

// One packet of a compound. Its body is known to have the shape of its kind.
struct RtcpPacket {
  RtcpKind kind = RtcpKind::kOther;
  uint8_t type = 0;   // as on the wire
  uint8_t count = 0;  // 0..31: report blocks, sources, subtype or format, as the type has it
  // What follows the 4-byte header, without padding. A multiple of 4 bytes, but for kTransportWide:
  // browsers fill that up to a word with 1 to 3 bytes of padding.
  Bytes body;
};

// Only ParseCompound() makes one. A view: valid as long as the datagram's bytes are. Copy it to
// walk again from the same place.
class CompoundReader {
 public:
  std::optional<RtcpPacket> Next();

 private:
  friend std::optional<CompoundReader> ParseCompound(Bytes datagram, bool allow_reduced_size);
  explicit CompoundReader(Bytes datagram) : rest_(datagram) {}

  Bytes rest_;
};

// Nothing unless the whole datagram is one well-formed compound (RFC 3550 section 6.1 and A.2):
// version 2 in each packet, lengths that add up exactly, padding in the last packet only, packets
// whose own counts and lengths fit, and an SR or RR first. RFC 5506 lifts the last for sessions
// that agreed on reduced-size RTCP: `allow_reduced_size`.
std::optional<CompoundReader> ParseCompound(Bytes datagram, bool allow_reduced_size);

}  // namespace baton::rtp
