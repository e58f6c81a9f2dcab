// The payload formats that a relay looks into.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "rtp/payload/frame_info.h"

namespace baton::rtp {

enum class PayloadFormat : uint8_t { kOther, kVp8, kVp9, kH264, kAv1 };

// By SDP's encoding name ("VP8"), in any case of letters (RFC 8866 section 6.6).
PayloadFormat PayloadFormatOf(std::string_view encoding_name);

// Whether its payloads number pictures, in a descriptor that RewriteDescriptor() can change.
constexpr bool HasPictureNumbers(PayloadFormat format) {
  return format == PayloadFormat::kVp8 || format == PayloadFormat::kVp9;
}

// Reads the beginning of a packet's payload. `marker` is that of the RTP header.
FrameInfo ReadFrameInfo(PayloadFormat format, Bytes payload, bool marker);

// The most bytes that RewriteDescriptor() replaces.
inline constexpr size_t kMaxRewrittenSize = 5;

// Replaces the picture ID and TL0PICIDX that `payload` has, in as many bits as it has them: writes
// what its first bytes become, and returns how many these are. What follows them stays as it is. 0:
// there is nothing to replace.
size_t RewriteDescriptor(PayloadFormat format, Bytes payload, const PictureNumbers& numbers,
                         std::span<uint8_t, kMaxRewrittenSize> out);

}  // namespace baton::rtp
