// The header extensions that Baton knows (RFC 8285): their kinds, their URIs, and the ids under
// which an endpoint has negotiated them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "rtp/packet.h"

namespace baton::rtp {

enum class ExtensionKind : uint8_t {
  kMid,                   // RFC 9143 section 15.1
  kRid,                   // RFC 8852 section 3.1
  kRepairedRid,           // RFC 8852 section 3.2
  kAudioLevel,            // RFC 6464
  kTransportSequence,     // transport-wide congestion control
  kAbsoluteSendTime,      // 24 bits of seconds, 6.18 fixed point
  kTransmissionOffset,    // RFC 5450
  kDependencyDescriptor,  // RTP payload format for AV1, appendix A
  kVideoOrientation,      // 3GPP TS 26.114
  kPlayoutDelay,
  kVideoTiming,
  kContentType,
  kColorSpace,
  kAbsoluteCaptureTime,
  kCount
};
inline constexpr size_t kExtensionKinds = static_cast<size_t>(ExtensionKind::kCount);

// What SDP calls it.
std::string_view Uri(ExtensionKind kind);
// URIs are compared byte by byte.
std::optional<ExtensionKind> ExtensionKindOf(std::string_view uri);

// RFC 8285 section 4.2: what the one-byte form can say. 15 ends an extension there.
inline constexpr uint8_t kMaxOneByteId = 14;
inline constexpr size_t kMaxOneByteSize = 16;

// The ids of one endpoint, the same in both directions. Plain data. No id stands for two kinds.
class ExtensionIds {
 public:
  // 0: not negotiated.
  uint8_t IdOf(ExtensionKind kind) const { return ids_[static_cast<size_t>(kind)]; }
  // The kind that has this id, if one has.
  std::optional<ExtensionKind> KindOf(uint8_t id) const;

  // Makes `id` (1..255, or 0 for none) the id of `kind`. False, and nothing changes, if another
  // kind has it.
  bool Set(ExtensionKind kind, uint8_t id);

  // No id needs the two-byte form. A value may still: one that is empty or longer than 16 bytes.
  bool FitOneByteForm() const { return *std::ranges::max_element(ids_) <= kMaxOneByteId; }

  friend bool operator==(const ExtensionIds&, const ExtensionIds&) = default;

 private:
  std::array<uint8_t, kExtensionKinds> ids_{};
};

// The value of the first element with this id (1..255). Valid as long as the packet's bytes are.
std::optional<Bytes> FindExtension(const PacketView& packet, uint8_t id);

}  // namespace baton::rtp
