// Makes packets of almost equal size equal, so that one message carries them all.
//
// A message is cut into datagrams of one size, of which only the last may be shorter
// (net/tx_runs.h). Encoders that spread a frame evenly over its packets make the later ones a byte
// longer than the first, which would begin a new message. Such packets get RTP padding (RFC 3550
// section 5.1: the P bit, and as the last byte how many bytes of padding there are), which every
// receiver removes.
//
// What is padded is copied, once for all legs, into memory of this object. Nothing allocates after
// construction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/byte_arena.h"
#include "relay/media_packet.h"

namespace baton::relay {

class RunPadding {
 public:
  // The most that a packet is made longer. Chosen for what uneven splitting and header extensions
  // of varying length need; beyond it, bytes on the wire cost more than messages.
  static constexpr size_t kMaxPadding = 16;
  // Shorter packets stay as they are: they are seldom part of a frame of several.
  static constexpr size_t kMinSize = 600;
  // Copies that there is memory for, in bytes; when it is full, packets stay as they are.
  static constexpr size_t kCopyBytes = size_t{256} * 1024;

  RunPadding() : copies_(kCopyBytes) {}

  // The copies of before are not needed any more.
  void Clear() { copies_.Clear(); }

  // `packets` are those of one track, in their order. Those that are padded refer to copies from
  // then on, which last until Clear().
  void Apply(std::span<MediaPacket> packets);

 private:
  void Pad(MediaPacket& packet, size_t padding);

  ByteArena copies_;
};

}  // namespace baton::relay
