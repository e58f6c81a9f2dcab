// Which protocol a datagram on a media port belongs to, by its first two bytes.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace baton::rtp {

enum class DatagramKind : uint8_t { kUnknown, kStun, kZrtp, kDtls, kTurnChannel, kRtp, kRtcp };

// RFC 7983 section 7 by the first byte; where that says RTP or RTCP, RFC 5761 section 4 by the
// second: RTCP packet types are 192..223, and RTP payload types 64..95 are not used for that
// reason. A promise about these two bytes only; the rest may be anything.
constexpr DatagramKind ClassifyDatagram(Bytes datagram) {
  if (datagram.size() < 2) return DatagramKind::kUnknown;
  const uint8_t first = datagram[0];
  if (first >= 128 && first <= 191) {
    const uint8_t second = datagram[1];
    return second >= 192 && second <= 223 ? DatagramKind::kRtcp : DatagramKind::kRtp;
  }
  if (first <= 3) return DatagramKind::kStun;
  if (first >= 20 && first <= 63) return DatagramKind::kDtls;
  if (first >= 16 && first <= 19) return DatagramKind::kZrtp;
  if (first >= 64 && first <= 79) return DatagramKind::kTurnChannel;
  return DatagramKind::kUnknown;
}

}  // namespace baton::rtp
