// What the load's packets hold. A relay rewrites the RTP header; what follows arrives as it was
// sent:
//
//   bytes  0..11  RTP header
//         12..19  number: counts the publisher's packets from 0
//         20..27  when the send call was made, CLOCK_REALTIME in ns
//         28..31  publisher
//   and zeros up to the size. Network byte order.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace baton::bench {

inline constexpr size_t kRtpHeaderSize = 12;
inline constexpr size_t kMinPacketSize = 32;
inline constexpr uint8_t kRtpPayloadType = 96;
inline constexpr uint32_t kFirstSsrc = 0x1000;    // publisher p has kFirstSsrc + p
inline constexpr uint64_t kTicksPerBurst = 3000;  // a frame of 30 per second at 90 kHz

struct Stamp {
  uint64_t number = 0;
  int64_t sent_ns = 0;
  uint32_t publisher = 0;
};

// `packet` has kMinPacketSize bytes or more.
inline void WriteStamp(const Stamp& stamp, uint8_t* packet) {
  StoreU64(packet + 12, stamp.number);
  StoreU64(packet + 20, static_cast<uint64_t>(stamp.sent_ns));
  StoreU32(packet + 28, stamp.publisher);
}

inline Stamp ReadStamp(const uint8_t* packet) {
  return {LoadU64(packet + 12), static_cast<int64_t>(LoadU64(packet + 20)), LoadU32(packet + 28)};
}

}  // namespace baton::bench
