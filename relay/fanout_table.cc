#include "relay/fanout_table.h"

#include "base/check.h"

namespace baton::relay {

static_assert(sizeof(FanoutEntry) == 64, "one cache line a leg");

uint32_t FanoutTable::LastChunk(const Stream& stream) const {
  uint32_t last = stream.first_chunk;
  while (last != kNoIndex && chunks_.At(last).next != kNoIndex) last = chunks_.At(last).next;
  return last;
}

LegPlace FanoutTable::Append(uint32_t stream_index, Stream& stream, const FanoutEntry& entry) {
  uint32_t last = LastChunk(stream);
  if (last == kNoIndex || chunks_.At(last).used == kChunkSize) {
    const auto fresh = chunks_.Take();
    BATON_CHECK(!fresh.is_none());
    (last == kNoIndex ? stream.first_chunk : chunks_.At(last).next) = fresh.index;
    last = fresh.index;
  }
  Chunk& chunk = chunks_.At(last);
  const uint32_t slot = chunk.used++;
  chunk.entries[slot] = entry;
  chunk.totals[slot] = {};
  return {stream_index, last, slot};
}

void FanoutTable::Remove(Stream& stream, const LegPlace& place, Pool<Leg>& legs) {
  const uint32_t last = LastChunk(stream);
  Chunk& from = chunks_.At(last);
  const uint32_t from_slot = from.used - 1;
  if (place.chunk != last || place.slot != from_slot) {
    Chunk& to = chunks_.At(place.chunk);
    to.entries[place.slot] = from.entries[from_slot];
    to.totals[place.slot] = from.totals[from_slot];
    Leg& moved = legs.At(to.entries[place.slot].leg);
    LegPlace& its = moved.current.stream == place.stream ? moved.current : moved.next;
    its.chunk = place.chunk;
    its.slot = place.slot;
  }
  if (--from.used > 0) return;
  // The last chunk is empty: unlink it from the one before.
  if (stream.first_chunk == last) {
    stream.first_chunk = kNoIndex;
  } else {
    uint32_t before = stream.first_chunk;
    while (chunks_.At(before).next != last) before = chunks_.At(before).next;
    chunks_.At(before).next = kNoIndex;
  }
  chunks_.Release(chunks_.HandleOf(last));
}

}  // namespace baton::relay
