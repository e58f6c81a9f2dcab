// The packet path's only write to RTP: a leg's own header in place of the publisher's.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "rtp/packet.h"
#include "rtp/types.h"

namespace baton::rtp {

using FixedHeader = std::span<const uint8_t, kFixedHeaderSize>;
using MutableFixedHeader = std::span<uint8_t, kFixedHeaderSize>;

// What differs between a track and a leg of it.
struct HeaderRewrite {
  PayloadType payload_type;
  SequenceNumber sequence;
  RtpTimestamp timestamp;
  Ssrc ssrc;
};

// Writes `original` into `slot` with these four replaced. Version, padding, extension and CSRC
// count describe what follows the fixed header, and the marker describes the frame, so they stay.
// `slot` may be `original`.
inline void RewriteFixedHeader(FixedHeader original, const HeaderRewrite& rewrite,
                               MutableFixedHeader slot) {
  slot[0] = original[0];
  slot[1] = static_cast<uint8_t>((original[1] & 0x80) | (rewrite.payload_type.value() & 0x7f));
  StoreU16(&slot[2], rewrite.sequence.value());
  StoreU32(&slot[4], rewrite.timestamp.value());
  StoreU32(&slot[8], rewrite.ssrc.value());
}

}  // namespace baton::rtp
