// The numbers of RTP (RFC 3550) as types of their own.
#pragma once

#include <cstdint>

#include "base/strong.h"

namespace baton::rtp {

using Ssrc = Strong<struct SsrcTag, uint32_t>;
using PayloadType = Strong<struct PayloadTypeTag, uint8_t>;  // 0..127

// As on the wire: 16 bits that wrap. Arithmetic on it is in rtp/sequence.h.
using SequenceNumber = Strong<struct SequenceNumberTag, uint16_t>;
// A sequence number with the count of wraps above it: a total order.
using ExtendedSequence = Strong<struct ExtendedSequenceTag, uint64_t>;
// 32 bits that wrap, in units of the payload format's clock rate.
using RtpTimestamp = Strong<struct RtpTimestampTag, uint32_t>;

}  // namespace baton::rtp
