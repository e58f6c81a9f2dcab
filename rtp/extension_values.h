// What is in the header extensions that a relay reads, from the bytes of one element
// (rtp/header_extensions.h finds it). Nothing is given for a value that is not well formed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/time_point.h"
#include "rtp/types.h"

namespace baton::rtp {

// RFC 6464 section 3.
//    0 1 2 3 4 5 6 7
//   |V|    level    |
struct AudioLevel {
  uint8_t level = 0;   // 0..127, in -dBov: 0 is the loudest, 127 is silence
  bool voice = false;  // the sender believes that this is speech

  friend bool operator==(const AudioLevel&, const AudioLevel&) = default;
};
std::optional<AudioLevel> ReadAudioLevel(Bytes value);

// Longer identification tags and stream ids are refused: they would not fit the one-byte form.
inline constexpr size_t kMaxMidSize = 16;
inline constexpr size_t kMaxRidSize = 16;

// 1..16 characters of a token (RFC 8866 section 9). Also for text that did not come in a packet.
bool IsMid(std::string_view text);
// 1..16 letters and digits (RFC 8852 section 3); of a repaired stream too.
bool IsRid(std::string_view text);
// Valid as long as the packet's bytes are.
std::optional<std::string_view> ReadMid(Bytes value);
std::optional<std::string_view> ReadRid(Bytes value);

// Counts the packets of all streams to one peer. It wraps as sequence numbers do, and
// rtp/sequence.h is for it too. Version 2 of the extension puts 2 bytes after it, a request for
// feedback, which are not looked at.
std::optional<SequenceNumber> ReadTransportSequence(Bytes value);

// Seconds of any clock in 6.18 fixed point, modulo 64 s: 24 bits. `time` is not before the epoch.
uint32_t AbsoluteSendTime(TimePoint time);

}  // namespace baton::rtp
