#include "record/depacketize/opus_packet.h"

#include <array>
#include <cstddef>

namespace baton::record {
namespace {

constexpr uint32_t kMaxDuration = 5760;
constexpr size_t kMaxFrameBytes = 1275;  // [R2]

// RFC 6716 table 2, in ticks: configurations 0..11 are SILK's, 12..15 hybrid, 16..31 CELT's.
uint32_t FrameDuration(uint8_t config) {
  constexpr std::array<uint32_t, 4> kSilk = {480, 960, 1920, 2880};
  constexpr std::array<uint32_t, 2> kHybrid = {480, 960};
  constexpr std::array<uint32_t, 4> kCelt = {120, 240, 480, 960};
  if (config < 12) return kSilk[config % 4];
  if (config < 16) return kHybrid[config % 2];
  return kCelt[config % 4];
}

// Section 3.2.1.
size_t ReadFrameLength(ByteReader& reader) {
  const size_t first = reader.U8();
  return first < 252 ? first : first + 4 * size_t{reader.U8()};
}

// Section 3.2.5: each 255 stands for 254 bytes and another byte of length.
size_t ReadPaddingSize(ByteReader& reader) {
  size_t size = 0;
  uint8_t next = reader.U8();
  for (; next == 255 && reader.ok(); next = reader.U8()) size += 254;
  return size + next;
}

// Frames whose lengths, but for the last one's, stand before them.
bool FitVariable(ByteReader& reader, size_t frames, size_t padding) {
  size_t total = padding;
  for (size_t i = 0; i + 1 < frames; ++i) {
    const size_t length = ReadFrameLength(reader);
    if (length > kMaxFrameBytes) return false;
    total += length;
  }
  return reader.ok() && total <= reader.remaining() && reader.remaining() - total <= kMaxFrameBytes;
}

bool FitEqual(size_t size, size_t frames) {
  return size % frames == 0 && size / frames <= kMaxFrameBytes;
}

}  // namespace

uint32_t OpusDuration(Bytes packet) {
  ByteReader reader(packet);
  const uint8_t toc = reader.U8();
  const uint8_t code = toc & 0x03;
  size_t frames = code == 0 ? 1 : 2;
  bool fits = false;
  if (code < 2) {
    fits = FitEqual(reader.remaining(), frames);
  } else if (code == 2) {
    fits = FitVariable(reader, frames, 0);
  } else {
    const uint8_t count = reader.U8();
    frames = count & 0x3f;
    if (frames == 0) return 0;
    const bool variable = (count & 0x80) != 0;
    const bool padded = (count & 0x40) != 0;
    const size_t padding = padded ? ReadPaddingSize(reader) : 0;
    if (variable) {
      fits = FitVariable(reader, frames, padding);
    } else {
      fits = padding <= reader.remaining() && FitEqual(reader.remaining() - padding, frames);
    }
  }
  const uint32_t duration = static_cast<uint32_t>(frames) * FrameDuration(toc >> 3);
  return reader.ok() && fits && duration <= kMaxDuration ? duration : 0;
}

}  // namespace baton::record
