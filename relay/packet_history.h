// The packets that retransmissions are answered from: copies of what the streams of a shard have
// brought of late.
//
// The copies lie in one arena, which is cut into blocks. A stream appends to its newest block and
// gives up its oldest, all packets in it at once. Where a packet lies is in a ring of the stream's
// own, by the low bits of its number; an entry names the block and which of the block's lives it
// means, and the copy bears the full number, so that no entry, however old, leads to another
// packet.
//
// What bounds a stream: the age of a packet, exactly; the length of the ring; and an eighth of the
// arena. When the arena runs out, a stream that holds more than a few blocks goes on with its own
// oldest; the last free ones are for the others, so that many large streams do not keep the small
// ones out.
//
// Memory is touched when it is first used, and then stays. Nothing allocates after construction.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "base/lazy_array.h"
#include "base/time_point.h"
#include "relay/media_packet.h"
#include "rtp/types.h"

namespace baton::relay {

class PacketHistory {
 public:
  static constexpr size_t kBlockSize = size_t{16} * 1024;
  // A packet takes the place of the one that is so many numbers before it.
  static constexpr size_t kWindow = 1024;
  // Blocks that a stream may hold whatever others do, as long as one is free.
  static constexpr uint32_t kFewBlocks = 4;
  // A stream holds at most one of so many shares of the arena, or kFewBlocks if that is more; and
  // one share is left to the streams with fewer blocks than that.
  static constexpr size_t kArenaShares = 8;
  // The largest arena.
  static constexpr size_t kMaxBytes = size_t{64} * 1024 * 1024 * 1024;

  // For streams numbered below `streams`. `bytes` is the size of the arena, at most kMaxBytes, of
  // which whole blocks are used; without one nothing is kept, found or counted. A packet is found
  // until it is older than `max_age`.
  PacketHistory(size_t streams, size_t bytes, Duration max_age);

  // All that refers to what Find() gave has been sent. Until this is called, the bytes stay as they
  // are, whatever else is called.
  void BeginBatch();

  // Keeps a copy of the packet, which may have come late, or counts it as refused: it is larger
  // than a block, or kWindow or more behind the stream's newest, or there is no block for it.
  void Store(uint32_t stream, const MediaPacket& packet);

  // The stream's packet with this number, if it is kept and `now` is at most max_age after it was
  // received. Its bytes last until BeginBatch().
  std::optional<MediaPacket> Find(uint32_t stream, rtp::ExtendedSequence sequence, TimePoint now);

  // The stream begins anew: nothing that it brought before is found any more.
  void Forget(uint32_t stream);

  // Frees what is too old to be found. To be called now and then.
  void ReleaseOld(TimePoint now);

  // Since construction.
  uint64_t packets_kept() const { return packets_kept_; }
  uint64_t packets_refused() const { return packets_refused_; }
  // Blocks whose packets were given up for newer ones of the same stream.
  uint64_t blocks_recycled() const { return blocks_recycled_; }
  // Now, with those that wait for BeginBatch().
  size_t blocks_in_use() const { return blocks_.size() - free_blocks_; }
  size_t blocks() const { return blocks_.size(); }

  // What a packet takes of a block.
  static constexpr size_t StoredSize(const MediaPacket& packet) {
    return (sizeof(MediaPacket) + packet.rest.size() + kAlignment - 1) / kAlignment * kAlignment;
  }
  // The memory of a history with an arena of `bytes`.
  static constexpr size_t BytesPerStream(size_t bytes) {
    return BlocksIn(bytes) == 0 ? 0 : sizeof(Stream) + kWindow * sizeof(Entry);
  }
  static constexpr size_t FixedBytes(size_t bytes) {
    return BlocksIn(bytes) * (kBlockSize + sizeof(Block));
  }

 private:
  static constexpr size_t kAlignment = 16;
  static constexpr uint32_t kNoBlock = std::numeric_limits<uint32_t>::max();
  static_assert(kBlockSize % kAlignment == 0);
  static_assert(kMaxBytes / kAlignment <= std::numeric_limits<uint32_t>::max() + uint64_t{1});

  static constexpr size_t BlocksIn(size_t bytes) { return bytes / kBlockSize; }

  // All zeros: one that holds nothing.
  struct Stream {
    rtp::ExtendedSequence newest_sequence;
    uint32_t blocks;
    uint32_t oldest_block;  // these two only if there are blocks
    uint32_t newest_block;
    uint32_t room;  // bytes left in the newest block
  };
  struct Block {
    TimePoint newest;  // when the latest of its packets was received
    uint64_t lent_in;  // the batch in which a packet of it was last found
    uint32_t stream;   // whose it is, while it is used
    uint32_t next;     // of the stream's, or of the free ones, or of those that wait
    uint32_t life;     // counts up when it is taken and when it is released: odd while it is used
  };
  // Where a packet lies. All zeros: nowhere.
  struct Entry {
    uint32_t place;  // in the arena, in units of kAlignment
    uint32_t life;   // the block's when the packet was stored
  };

  Entry& EntryOf(uint32_t stream, rtp::ExtendedSequence sequence) {
    return index_[stream * kWindow + sequence.value() % kWindow];
  }
  static bool IsUsed(const Block& block) { return block.life % 2 != 0; }
  bool IsLent(const Block& block) const { return block.lent_in == batch_; }
  bool IsOld(const Block& block, TimePoint now) const { return now - block.newest > max_age_; }
  bool BeginBlock(uint32_t stream_index, const MediaPacket& packet);
  bool MayGrow(const Stream& stream) const;
  uint32_t TakeFree();
  void Free(uint32_t block);
  void ReleaseOldest(Stream& stream);

  Duration max_age_;
  size_t share_;  // blocks that a stream holds at most, and that are left to those with few
  LazyArray<Stream> streams_;
  LazyArray<Entry> index_;  // kWindow for each stream
  LazyArray<Block> blocks_;
  LazyArray<uint8_t> arena_;  // kBlockSize for each block
  size_t free_blocks_;
  uint32_t untouched_ = 0;  // blocks from here on were never taken
  uint32_t first_free_ = kNoBlock;
  uint32_t first_waiting_ = kNoBlock;  // released in this batch, in which they were lent
  uint64_t batch_ = 1;
  uint64_t packets_kept_ = 0;
  uint64_t packets_refused_ = 0;
  uint64_t blocks_recycled_ = 0;
};

}  // namespace baton::relay
