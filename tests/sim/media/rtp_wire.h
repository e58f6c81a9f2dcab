// RTP headers as the simulated peers write and read them: an implementation of their own, so that a
// fault in rtp/ does not cancel itself out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"

namespace baton::sim {

inline constexpr size_t kRtpHeaderSize = 12;

struct ExtensionValue {
  uint8_t id = 0;  // 1..14
  Bytes value;     // 1..16 bytes
};

// The fields of a packet. On reading, views into it.
struct WirePacket {
  uint8_t payload_type = 0;
  bool marker = false;
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  uint32_t ssrc = 0;
  Bytes payload;  // without padding
};

// Writes header and extensions (RFC 8285, one-byte form; none, no extension) and returns their
// size. `out` has room.
size_t WriteRtpHeader(const WirePacket& packet, std::span<const ExtensionValue> extensions,
                      MutableBytes out);

// Nothing if it is not RTP.
std::optional<WirePacket> ReadRtp(Bytes datagram);

// The value of an element of the one-byte form.
std::optional<Bytes> FindExtensionValue(Bytes datagram, uint8_t id);

// Whether a datagram is RTCP, by RFC 5761; or STUN, by RFC 7983.
inline bool IsRtcp(Bytes datagram) {
  return datagram.size() >= 2 && datagram[0] >> 6 == 2 && datagram[1] >= 192 && datagram[1] <= 223;
}
inline bool IsStun(Bytes datagram) { return !datagram.empty() && datagram[0] <= 3; }

// The number with the low 16 bits `sequence` that is nearest to `reference`.
inline int64_t Unwrap(int64_t reference, uint16_t sequence) {
  return reference + static_cast<int16_t>(static_cast<uint16_t>(sequence - reference));
}

}  // namespace baton::sim
