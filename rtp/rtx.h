// Retransmission as a stream of its own (RFC 4588 section 4): the payload begins with the original
// sequence number (OSN), and goes on as the original payload.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "rtp/types.h"

namespace baton::rtp {

inline constexpr size_t kRtxHeaderSize = 2;

struct RtxPayload {
  SequenceNumber original_sequence;
  Bytes original_payload;  // may be empty
};

// Nothing if the payload is shorter than an OSN: padding that probes for bandwidth has none.
constexpr std::optional<RtxPayload> ReadRtx(Bytes payload) {
  if (payload.size() < kRtxHeaderSize) return std::nullopt;
  return RtxPayload{SequenceNumber(LoadU16(payload.data())), payload.subspan(kRtxHeaderSize)};
}

// What goes between the RTP header and the original payload.
constexpr void WriteRtxHeader(SequenceNumber original, std::span<uint8_t, kRtxHeaderSize> out) {
  StoreU16(out.data(), original.value());
}

}  // namespace baton::rtp
