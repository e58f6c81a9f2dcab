// A packet between its ingress and its legs: what all its copies share. Trivially copyable; the
// bytes are somebody else's.
//
//   | fixed header | CSRCs | header extension | payload | padding |
//                  |<-------------------- rest ----------------->|
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "base/bytes.h"
#include "base/time_point.h"
#include "rtp/packet.h"
#include "rtp/payload/frame_info.h"
#include "rtp/rewrite.h"
#include "rtp/types.h"

namespace baton::relay {

struct MediaPacket {
  rtp::HeaderStart header;
  uint16_t payload_offset = 0;  // in `rest`
  uint8_t padding_size = 0;     // at the end of `rest`
  // A receiver that has had nothing of this stream can begin with this packet, as far as can be
  // told: a key frame begins, or, where the payload says nothing of key frames, a frame; any packet
  // of audio.
  bool can_start = false;
  rtp::FrameInfo frame;
  Bytes rest;
  rtp::ExtendedSequence sequence;  // the stream's, continuous
  rtp::RtpTimestamp timestamp;     // likewise
  TimePoint received;

  size_t size() const { return rtp::kFixedHeaderSize + rest.size(); }
  bool has_extension() const { return (header.first & 0x10) != 0; }
  // Of the list of CSRCs, in bytes.
  size_t csrcs_size() const { return size_t{4} * (header.first & 0x0f); }
  size_t payload_size() const { return rest.size() - payload_offset - padding_size; }
};

static_assert(std::is_trivially_copyable_v<MediaPacket>);

}  // namespace baton::relay
