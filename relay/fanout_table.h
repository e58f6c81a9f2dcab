// The fan-out table: for each track a dense array of what forwarding to its legs needs, one cache
// line a leg, walked in order for each packet. Stored in chunks from one pool, so that the memory
// is bounded by the number of legs and not by tracks x legs.
#pragma once

#include <array>
#include <cstdint>

#include "base/pool.h"
#include "relay/leg_rewriter.h"
#include "relay/state.h"
#include "rtp/types.h"

namespace baton::relay {

struct alignas(64) FanoutEntry {
  LegRewriter rewriter;
  uint64_t packets = 0;
  uint32_t leg = kNoIndex;          // index into the pool of legs
  uint32_t destination = kNoIndex;  // index of the subscriber's endpoint
  rtp::Ssrc ssrc;
  rtp::PayloadType payload_type;
  bool paused = false;
  bool reachable = false;  // the subscriber's address is proven
};

// The part of a leg's counters that forwarding does not read.
struct FanoutTotals {
  uint64_t bytes = 0;
  uint64_t dropped = 0;
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

  // A full chunk for every eight legs, and one that is partly filled for each track.
  static size_t ChunksFor(const Limits& limits) {
    return limits.legs / kChunkSize + limits.tracks + 1;
  }

  // Appends a leg to the track's array and tells it where it lies. There is always room, because
  // the pool of chunks covers what the pools of tracks and legs can hold.
  FanoutEntry& Append(Track& track, Leg& leg, uint32_t leg_index);

  // Removes a leg by moving the track's last one into its place; `legs` learns of the move.
  void Remove(Track& track, const Leg& leg, Pool<Leg>& legs);

  FanoutEntry& EntryOf(const Leg& leg) { return chunks_.At(leg.chunk).entries[leg.slot]; }
  const FanoutEntry& EntryOf(const Leg& leg) const {
    return chunks_.At(leg.chunk).entries[leg.slot];
  }
  const FanoutTotals& TotalsOf(const Leg& leg) const {
    return chunks_.At(leg.chunk).totals[leg.slot];
  }

  // The first chunk of a track is track.first_chunk; the last one's `next` is kNoIndex.
  Chunk& chunk(uint32_t index) { return chunks_.At(index); }
  size_t chunks_in_use() const { return chunks_.size(); }

 private:
  uint32_t LastChunk(const Track& track) const;

  Pool<Chunk> chunks_;
};

}  // namespace baton::relay
