// The packet path's only write to RTP: a leg's own header in place of the publisher's.
#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "rtp/packet.h"
#include "rtp/types.h"

namespace baton::rtp {

// The first two bytes of a packet: version, padding, extension and CSRC count, which describe what
// follows the fixed header; the marker, which describes the frame; and the payload type.
struct HeaderStart {
  uint8_t first = 0;
  uint8_t second = 0;

  // `packet` has at least a fixed header.
  static HeaderStart Of(Bytes packet) { return {packet[0], packet[1]}; }
};

using MutableFixedHeader = std::span<uint8_t, kFixedHeaderSize>;

// What differs between a track and a leg of it.
struct HeaderRewrite {
  PayloadType payload_type;
  SequenceNumber sequence;
  RtpTimestamp timestamp;
  Ssrc ssrc;
};

// Writes a fixed header that begins as `original` does, but for the payload type.
inline void RewriteFixedHeader(HeaderStart original, const HeaderRewrite& rewrite,
                               MutableFixedHeader slot) {
  slot[0] = original.first;
  slot[1] = static_cast<uint8_t>((original.second & 0x80) | (rewrite.payload_type.value() & 0x7f));
  StoreU16(&slot[2], rewrite.sequence.value());
  StoreU32(&slot[4], rewrite.timestamp.value());
  StoreU32(&slot[8], rewrite.ssrc.value());
}

}  // namespace baton::rtp
