// What is in the packets of a run. Each says which packet it is, in its payload, so that whoever
// receives it can judge what the relay did without asking the relay: the number of its stream
// (media/stream_table.h: room, publisher, track, encoding), which packet of the stream, which frame
// and what that refers to. The rest of the payload follows from that and is compared byte by byte.
//
// A VP8 payload has a descriptor in front, as RFC 7741 has it, and in the first packet of a frame
// the first bytes of a VP8 frame.
//
//   VP8: | descriptor | frame header, 10 bytes, if it begins a frame | identity | filler |
//   else:                                                            | identity | filler |
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "tests/sim/engine/trace.h"

namespace baton::sim {

enum class PayloadForm : uint8_t {
  kBare,  // audio, and video that the relay must not look into
  kVp8,
};

// A frame of a stream as its encoder made it. Frames are numbered from 0 on for the whole life of
// the stream.
struct FrameIdentity {
  uint32_t number = 0;
  bool key = false;
  uint8_t temporal = 0;
  bool sync = false;  // of a higher temporal layer, and refers to the lowest only
  // It refers to the frames that are this much older; 0: to one less. A key frame to none.
  std::array<uint8_t, 2> references{};
};

struct PacketIdentity {
  PacketTag tag;
  FrameIdentity frame;
  uint8_t packet = 0;  // of the frame, 0..packets-1
  uint8_t packets = 1;

  bool begins_frame() const { return packet == 0; }
  bool ends_frame() const { return packet + 1 == packets; }
};

// The numbers in a VP8 descriptor.
struct Vp8Numbers {
  uint16_t picture_id = 0;  // 15 bits
  uint8_t tl0_picture_index = 0;
};

// Without any filler, and what fits into a datagram with headers and RTX.
inline constexpr size_t kMinPayload = 48;
inline constexpr size_t kMaxPayload = 1400;

// Writes a payload that is all of `out`, kMinPayload..kMaxPayload.
void WritePayload(PayloadForm form, const PacketIdentity& identity, const Vp8Numbers& numbers,
                  MutableBytes out);

struct PayloadView {
  PacketIdentity identity;
  Vp8Numbers numbers;  // kVp8 only
};

// What the payload says, for who trusts it. Nothing if it does not look like one of these.
std::optional<PayloadView> PeekPayload(PayloadForm form, Bytes payload);

// Nothing unless every byte of it is as it was written; but for the numbers, which a relay may
// change.
std::optional<PayloadView> ReadPayload(PayloadForm form, Bytes payload);

}  // namespace baton::sim
