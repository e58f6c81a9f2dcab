#include "base/tx_batch.h"

namespace baton {

TxBatch::TxBatch(size_t max_entries, size_t max_destinations, TxSink& sink)
    : sink_(sink),
      max_entries_(max_entries),
      slots_(max_destinations),
      headers_(max_entries * kHeaderBytesPerEntry + kMaxHeaderSize) {
  entries_.reserve(max_entries);
  extents_.reserve(max_entries);
  destinations_.reserve(max_entries);
  forwarded_.reserve(max_entries);
}

size_t TxBatch::BytesFor(size_t max_entries, size_t max_destinations) {
  return max_entries * (sizeof(Entry) + sizeof(Extent) + sizeof(Destination) +
                        kHeaderBytesPerEntry + sizeof(Forwarded)) +
         kMaxHeaderSize + max_destinations * sizeof(Slot);
}

void TxBatch::Open(DestinationId id, const Flow& flow, size_t entries, size_t header_size) {
  BATON_CHECK(header_size <= kMaxHeaderSize && id < slots_.size());
  MakeRoom(entries, entries * header_size);
  Slot& slot = slots_[id];
  // A destination that moved within the batch starts a new group at its new address.
  if (slot.epoch == epoch_ && destinations_[slot.destination].flow == flow) {
    if (slot.destination == open_destination_) return;
    open_destination_ = slot.destination;
    open_extent_ = kEnd;
    return;
  }
  slot = {epoch_, static_cast<uint32_t>(destinations_.size())};
  BeginDestination(id, flow);
}

uint8_t* TxBatch::AddSingle(const Flow& flow, size_t size) {
  BATON_CHECK(size <= kMaxHeaderSize);
  MakeRoom(1, size);
  BeginDestination(kNoDestination, flow);
  return Append(size, {});
}

void TxBatch::MakeRoom(size_t entries, size_t header_bytes) {
  // A destination may be opened and get no entry, so their number has a bound of its own.
  if (entries_.size() + entries <= max_entries_ && destinations_.size() < max_entries_ &&
      headers_used_ + header_bytes <= headers_.size()) {
    return;
  }
  Flush();
  BATON_CHECK(entries <= max_entries_ && header_bytes <= headers_.size());
}

void TxBatch::BeginDestination(DestinationId id, const Flow& flow) {
  open_destination_ = static_cast<uint32_t>(destinations_.size());
  open_extent_ = kEnd;
  destinations_.push_back({flow, id, kEnd, kEnd});
}

void TxBatch::BeginExtent(uint32_t first_entry) {
  open_extent_ = static_cast<uint32_t>(extents_.size());
  extents_.push_back({first_entry, 1, kEnd});
  Destination& to = destinations_[open_destination_];
  if (to.first_extent == kEnd) {
    to.first_extent = open_extent_;
  } else {
    extents_[to.last_extent].next = open_extent_;
  }
  to.last_extent = open_extent_;
}

void TxBatch::NoteForwarded(TimePoint received, uint32_t datagrams) {
  if (!forwarded_.empty() && forwarded_.back().received == received) {
    forwarded_.back().datagrams += datagrams;
    return;
  }
  if (forwarded_.size() == max_entries_) Flush();
  forwarded_.push_back({received, datagrams});
}

void TxBatch::Flush() {
  if (!entries_.empty()) sink_.Send(*this);
  Clear();
}

void TxBatch::Clear() {
  entries_.clear();
  extents_.clear();
  destinations_.clear();
  forwarded_.clear();
  headers_used_ = 0;
  open_destination_ = kEnd;
  open_extent_ = kEnd;
  ++epoch_;
}

}  // namespace baton
