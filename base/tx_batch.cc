#include "base/tx_batch.h"

#include "base/check.h"

namespace baton {

TxBatch::TxBatch(size_t max_entries, size_t max_destinations, TxSink& sink, BufferRefs* buffers)
    : sink_(sink),
      buffers_(buffers),
      max_entries_(max_entries),
      slots_(max_destinations),
      headers_(max_entries * kHeaderBytesPerEntry + kMaxHeaderSize) {
  entries_.reserve(max_entries);
  destinations_.reserve(max_entries);
  forwarded_.reserve(max_entries);
}

size_t TxBatch::BytesFor(size_t max_entries, size_t max_destinations) {
  return max_entries *
             (sizeof(Entry) + sizeof(Destination) + kHeaderBytesPerEntry + sizeof(TimePoint)) +
         kMaxHeaderSize + max_destinations * sizeof(Slot);
}

bool TxBatch::HasRoom(size_t header_size) const {
  return entries_.size() < max_entries_ && headers_.size() - headers_used_ >= header_size;
}

uint8_t* TxBatch::Append(uint32_t destination, size_t header_size, Bytes payload, BufferId buffer) {
  BATON_CHECK(payload.size() <= std::numeric_limits<uint16_t>::max());
  uint8_t* header = headers_.data() + headers_used_;
  headers_used_ += header_size;
  const auto index = static_cast<uint32_t>(entries_.size());
  entries_.push_back({payload.data(), header, static_cast<uint16_t>(payload.size()),
                      static_cast<uint16_t>(header_size), buffer, kEnd});
  if (buffers_ != nullptr) buffers_->Retain(buffer);
  Destination& to = destinations_[destination];
  if (to.count++ == 0) {
    to.first = index;
  } else {
    entries_[to.last].next = index;
  }
  to.last = index;
  return header;
}

uint8_t* TxBatch::Add(DestinationId id, const Flow& flow, size_t header_size, Bytes payload,
                      BufferId buffer) {
  BATON_CHECK(header_size <= kMaxHeaderSize && id < slots_.size());
  if (!HasRoom(header_size)) Flush();
  Slot& slot = slots_[id];
  // A destination that moved within the batch starts a new group at its new address.
  if (slot.epoch != epoch_ || !(destinations_[slot.destination].flow == flow)) {
    slot = {epoch_, static_cast<uint32_t>(destinations_.size())};
    destinations_.push_back({flow, kEnd, kEnd, 0});
  }
  return Append(slot.destination, header_size, payload, buffer);
}

uint8_t* TxBatch::AddSingle(const Flow& flow, size_t size) {
  BATON_CHECK(size <= kMaxHeaderSize);
  if (!HasRoom(size)) Flush();
  destinations_.push_back({flow, kEnd, kEnd, 0});
  return Append(static_cast<uint32_t>(destinations_.size() - 1), size, {}, kNoBuffer);
}

void TxBatch::NoteForwarded(TimePoint received) {
  if (forwarded_.size() == max_entries_) Flush();
  forwarded_.push_back(received);
}

void TxBatch::Flush() {
  if (!entries_.empty()) sink_.Send(*this);
  Clear();
}

void TxBatch::Clear() {
  if (buffers_ != nullptr) {
    for (const Entry& entry : entries_) buffers_->Release(entry.buffer);
  }
  entries_.clear();
  destinations_.clear();
  forwarded_.clear();
  headers_used_ = 0;
  ++epoch_;
}

}  // namespace baton
