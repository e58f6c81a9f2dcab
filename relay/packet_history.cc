#include "relay/packet_history.h"

#include <cstring>

#include "base/check.h"

namespace baton::relay {

PacketHistory::PacketHistory(size_t streams, size_t bytes, Duration max_age)
    : max_age_(max_age),
      share_(BlocksIn(bytes) / kArenaShares),
      streams_(BlocksIn(bytes) == 0 ? 0 : streams),
      index_(streams_.size() * kWindow),
      blocks_(BlocksIn(bytes)),
      arena_(blocks_.size() * kBlockSize),
      free_blocks_(blocks_.size()) {
  BATON_CHECK(bytes <= kMaxBytes);
}

void PacketHistory::BeginBatch() {
  ++batch_;
  while (first_waiting_ != kNoBlock) {
    const uint32_t block = first_waiting_;
    first_waiting_ = blocks_[block].next;
    Free(block);
  }
}

void PacketHistory::Store(uint32_t stream_index, const MediaPacket& packet) {
  if (blocks_.empty()) return;
  Stream& stream = streams_[stream_index];
  const size_t size = StoredSize(packet);
  const bool behind = packet.sequence.value() + kWindow <= stream.newest_sequence.value();
  if (behind || (stream.room < size && !BeginBlock(stream_index, packet))) {
    ++packets_refused_;
    return;
  }
  Block& block = blocks_[stream.newest_block];
  const size_t offset = (size_t{stream.newest_block} + 1) * kBlockSize - stream.room;
  uint8_t* const copy = arena_.span().subspan(offset, size).data();
  std::memcpy(copy, &packet, sizeof(packet));
  std::copy(packet.rest.begin(), packet.rest.end(), copy + sizeof(packet));
  stream.room -= static_cast<uint32_t>(size);
  stream.newest_sequence = std::max(stream.newest_sequence, packet.sequence);
  block.newest = std::max(block.newest, packet.received);
  EntryOf(stream_index, packet.sequence) = {static_cast<uint32_t>(offset / kAlignment), block.life};
  ++packets_kept_;
}

std::optional<MediaPacket> PacketHistory::Find(uint32_t stream, rtp::ExtendedSequence sequence,
                                               TimePoint now) {
  if (blocks_.empty()) return std::nullopt;
  const Entry& entry = EntryOf(stream, sequence);
  const size_t offset = size_t{entry.place} * kAlignment;
  Block& block = blocks_[offset / kBlockSize];
  // A block that was never taken has no life, as an entry that was never written.
  if (entry.life == 0 || entry.life != block.life) return std::nullopt;

  const uint8_t* const copy = &arena_[offset];
  MediaPacket packet;
  std::memcpy(&packet, copy, sizeof(packet));
  if (packet.sequence != sequence || now - packet.received > max_age_) return std::nullopt;
  packet.rest = Bytes(copy + sizeof(packet), packet.rest.size());
  block.lent_in = batch_;
  return packet;
}

void PacketHistory::Forget(uint32_t stream_index) {
  if (blocks_.empty()) return;
  Stream& stream = streams_[stream_index];
  while (stream.blocks > 0) ReleaseOldest(stream);
  stream = {};
}

void PacketHistory::ReleaseOld(TimePoint now) {
  for (uint32_t i = 0; i < untouched_; ++i) {
    if (!IsUsed(blocks_[i]) || !IsOld(blocks_[i], now)) continue;
    Stream& stream = streams_[blocks_[i].stream];
    while (stream.blocks > 0 && IsOld(blocks_[stream.oldest_block], now)) ReleaseOldest(stream);
  }
}

// For a packet that does not fit into the stream's newest block. False if there is none for it.
bool PacketHistory::BeginBlock(uint32_t stream_index, const MediaPacket& packet) {
  Stream& stream = streams_[stream_index];
  if (StoredSize(packet) > kBlockSize) return false;
  if (!MayGrow(stream)) {
    // What was lent in this batch cannot be written to in it.
    if (stream.blocks == 0 || IsLent(blocks_[stream.oldest_block])) return false;
    ReleaseOldest(stream);
    ++blocks_recycled_;
  }
  const uint32_t index = TakeFree();
  Block& block = blocks_[index];
  ++block.life;
  block.stream = stream_index;
  block.newest = packet.received;
  if (stream.blocks == 0) {
    stream.oldest_block = index;
  } else {
    blocks_[stream.newest_block].next = index;
  }
  stream.newest_block = index;
  ++stream.blocks;
  stream.room = kBlockSize;
  return true;
}

bool PacketHistory::MayGrow(const Stream& stream) const {
  if (stream.blocks < kFewBlocks) return free_blocks_ > 0;
  return stream.blocks < share_ && free_blocks_ > share_;
}

// There is a free block: the one that was freed last, or else the first that was never used.
uint32_t PacketHistory::TakeFree() {
  --free_blocks_;
  if (first_free_ == kNoBlock) return untouched_++;
  const uint32_t block = first_free_;
  first_free_ = blocks_[block].next;
  return block;
}

void PacketHistory::Free(uint32_t block) {
  blocks_[block].next = first_free_;
  first_free_ = block;
  ++free_blocks_;
}

void PacketHistory::ReleaseOldest(Stream& stream) {
  const uint32_t index = stream.oldest_block;
  Block& block = blocks_[index];
  stream.oldest_block = block.next;
  if (--stream.blocks == 0) stream.room = 0;
  ++block.life;
  if (!IsLent(block)) return Free(index);
  block.next = first_waiting_;
  first_waiting_ = index;
}

}  // namespace baton::relay
