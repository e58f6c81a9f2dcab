// The frame of an RTCP packet that is being written (RFC 3550 section 6.4.1).
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/check.h"

namespace baton::rtp {

// What the 5-bit count field can say: the most report blocks or sources of one packet.
inline constexpr size_t kMaxRtcpCount = 31;

// Opens a packet when made; fills in its length, which must be a multiple of 4, when it goes.
class RtcpPacketScope {
 public:
  // `count` is the 5-bit field: report blocks, sources, or a feedback format.
  RtcpPacketScope(uint8_t type, size_t count, ByteWriter& out) : out_(out), begin_(out.size()) {
    BATON_CHECK(count <= kMaxRtcpCount);
    out.U8(static_cast<uint8_t>(0x80 | count));
    out.U8(type);
    out.U16(0);
  }
  ~RtcpPacketScope() {
    const size_t words = (out_.size() - begin_) / 4;
    if (out_.ok()) out_.PatchU16(begin_ + 2, static_cast<uint16_t>(words - 1));
  }
  RtcpPacketScope(const RtcpPacketScope&) = delete;
  RtcpPacketScope& operator=(const RtcpPacketScope&) = delete;

  // Bytes that are missing to a whole word.
  size_t Misalignment() const { return (4 - (out_.size() - begin_) % 4) % 4; }

 private:
  ByteWriter& out_;
  size_t begin_;
};

}  // namespace baton::rtp
