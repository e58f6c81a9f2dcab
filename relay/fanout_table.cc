#include "relay/fanout_table.h"

#include "base/check.h"

namespace baton::relay {

static_assert(sizeof(FanoutEntry) == 64, "one cache line a leg");

uint32_t FanoutTable::LastChunk(const Track& track) const {
  uint32_t last = track.first_chunk;
  while (last != kNoIndex && chunks_.At(last).next != kNoIndex) last = chunks_.At(last).next;
  return last;
}

FanoutEntry& FanoutTable::Append(Track& track, Leg& leg, uint32_t leg_index) {
  uint32_t last = LastChunk(track);
  if (last == kNoIndex || chunks_.At(last).used == kChunkSize) {
    const auto fresh = chunks_.Take();
    BATON_CHECK(!fresh.is_none());
    (last == kNoIndex ? track.first_chunk : chunks_.At(last).next) = fresh.index;
    last = fresh.index;
  }
  Chunk& chunk = chunks_.At(last);
  leg.chunk = last;
  leg.slot = chunk.used++;
  ++track.legs;
  chunk.totals[leg.slot] = {};
  FanoutEntry& entry = chunk.entries[leg.slot];
  entry = {};
  entry.leg = leg_index;
  entry.destination = leg.subscriber;
  return entry;
}

void FanoutTable::Remove(Track& track, const Leg& leg, Pool<Leg>& legs) {
  const uint32_t last = LastChunk(track);
  Chunk& from = chunks_.At(last);
  const uint32_t from_slot = from.used - 1;
  Chunk& to = chunks_.At(leg.chunk);
  if (leg.chunk != last || leg.slot != from_slot) {
    Leg& moved = legs.At(from.entries[from_slot].leg);
    to.entries[leg.slot] = from.entries[from_slot];
    to.totals[leg.slot] = from.totals[from_slot];
    moved.chunk = leg.chunk;
    moved.slot = leg.slot;
  }
  --track.legs;
  if (--from.used > 0) return;
  // The last chunk is empty: unlink it from the one before.
  if (track.first_chunk == last) {
    track.first_chunk = kNoIndex;
  } else {
    uint32_t before = track.first_chunk;
    while (chunks_.At(before).next != last) before = chunks_.At(before).next;
    chunks_.At(before).next = kNoIndex;
  }
  chunks_.Release(chunks_.HandleOf(last));
}

}  // namespace baton::relay
