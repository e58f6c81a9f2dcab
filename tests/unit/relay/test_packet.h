// Packets for what handles them behind the ingress.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time_point.h"
#include "relay/media_packet.h"

namespace baton::relay::test {

inline constexpr TimePoint kStart{std::chrono::hours(3)};

// A packet with bytes of its own, which differ from those of every other.
struct TestPacket {
  MediaPacket packet;
  std::vector<uint8_t> bytes;

  TestPacket(uint64_t sequence, size_t size, TimePoint received = kStart, uint8_t fill = 0)
      : bytes(size) {
    for (size_t i = 0; i < size; ++i) {
      bytes[i] = static_cast<uint8_t>((sequence + fill) * 31 + i * 7 + (i >> 8));
    }
    packet.header = {static_cast<uint8_t>(0x80 | fill % 16), static_cast<uint8_t>(sequence)};
    packet.sequence = rtp::ExtendedSequence(sequence);
    packet.timestamp = rtp::RtpTimestamp(static_cast<uint32_t>(sequence * 3000));
    packet.received = received;
  }
  MediaPacket view() const {
    MediaPacket with_bytes = packet;
    with_bytes.rest = bytes;
    return with_bytes;
  }
};

inline bool AreEqual(const MediaPacket& a, const MediaPacket& b) {
  return a.header.first == b.header.first && a.header.second == b.header.second &&
         a.sequence == b.sequence && a.timestamp == b.timestamp && a.received == b.received &&
         std::ranges::equal(a.rest, b.rest);
}

}  // namespace baton::relay::test
