// The fan-out table: for each stream a dense array of what forwarding to its legs needs, one cache
// line a leg, walked in order for each packet. Stored in chunks from one pool, so that the memory
// is bounded by the number of legs and not by streams x legs.
//
// A leg lies in the array of the stream that it forwards, and, while it is about to be switched, in
// that of the stream that it waits for as well.
#pragma once

#include <array>
#include <cstdint>

#include "base/pool.h"
#include "relay/leg_numbering.h"
#include "relay/state.h"
#include "rtp/types.h"

namespace baton::relay {

// What a leg does with the packets of a stream.
enum class LegState : uint8_t {
  kStarting,    // forwards from the next packet on
  kWaiting,     // forwards from where a decoder can start
  kHeld,        // that has come, but the leg is within a frame of the stream that it still forwards
  kForwarding,  //
  kLeaving,     // forwards no more: is about to go on in another stream
};

struct alignas(64) FanoutEntry {
  // Bits of `flags`.
  static constexpr uint8_t kPaused = 1 << 0;
  static constexpr uint8_t kUnreachable = 1 << 1;  // the subscriber's address is not proven
  static constexpr uint8_t kBlocked = kPaused | kUnreachable;
  static constexpr uint8_t kFiltered = 1 << 2;   // some layers of the stream are left out
  static constexpr uint8_t kExtends = 1 << 3;    // packets get header extensions of the leg's own
  static constexpr uint8_t kRenumbers = 1 << 4;  // picture numbers are not the stream's
  static constexpr uint8_t kSwitching = 1 << 5;  // leaves at the end of the frame
  static constexpr uint8_t kMidFrame = 1 << 6;   // the newest packet did not end its frame
  static constexpr uint8_t kTap = 1 << 7;        // the subscriber is a sink

  LegCursor cursor;
  uint64_t packets = 0;
  uint32_t leg = kNoIndex;          // index into the pool of legs
  uint32_t destination = kNoIndex;  // index of the subscriber's endpoint
  rtp::Ssrc ssrc;
  rtp::PayloadType payload_type;
  LegState state = LegState::kStarting;
  uint8_t flags = 0;
};

class FanoutTable {
 public:
  static constexpr uint32_t kChunkSize = 8;
  struct Chunk {
    std::array<FanoutEntry, kChunkSize> entries;
    std::array<FanoutTotals, kChunkSize> totals;
    uint32_t used = 0;
    uint32_t next = kNoIndex;
  };

  explicit FanoutTable(const Limits& limits) : chunks_(ChunksFor(limits)) {}

  // A full chunk for every eight places of legs, of which each has two at most, and one that is
  // partly filled for each stream.
  static size_t ChunksFor(const Limits& limits) {
    return 2 * limits.legs / kChunkSize + limits.streams + 1;
  }

  // Appends an entry to the stream's array. There is always room, because the pool of chunks covers
  // what the pools of streams and legs can hold.
  LegPlace Append(uint32_t stream_index, Stream& stream, const FanoutEntry& entry);

  // Removes what lies at `place` by moving the stream's last entry there; the leg of that one
  // learns of the move.
  void Remove(Stream& stream, const LegPlace& place, Pool<Leg>& legs);

  FanoutEntry& At(const LegPlace& place) { return chunks_.At(place.chunk).entries[place.slot]; }
  const FanoutEntry& At(const LegPlace& place) const {
    return chunks_.At(place.chunk).entries[place.slot];
  }
  FanoutTotals& TotalsAt(const LegPlace& place) {
    return chunks_.At(place.chunk).totals[place.slot];
  }
  const FanoutTotals& TotalsAt(const LegPlace& place) const {
    return chunks_.At(place.chunk).totals[place.slot];
  }

  // The first chunk of a stream is stream.first_chunk; the last one's `next` is kNoIndex.
  Chunk& chunk(uint32_t index) { return chunks_.At(index); }
  size_t chunks_in_use() const { return chunks_.size(); }

 private:
  uint32_t LastChunk(const Stream& stream) const;

  Pool<Chunk> chunks_;
};

}  // namespace baton::relay
