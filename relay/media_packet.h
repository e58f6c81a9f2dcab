// A packet between its ingress and its legs: what all its copies share. Trivially copyable; the
// bytes are somebody else's.
#pragma once

#include <cstddef>
#include <type_traits>

#include "base/bytes.h"
#include "base/time_point.h"
#include "rtp/packet.h"
#include "rtp/rewrite.h"
#include "rtp/types.h"

namespace baton::relay {

struct MediaPacket {
  rtp::HeaderStart header;
  Bytes rest;                      // what follows the fixed header
  rtp::ExtendedSequence sequence;  // the track's, continuous
  rtp::RtpTimestamp timestamp;     // likewise
  TimePoint received;

  size_t size() const { return rtp::kFixedHeaderSize + rest.size(); }
};

static_assert(std::is_trivially_copyable_v<MediaPacket>);

}  // namespace baton::relay
