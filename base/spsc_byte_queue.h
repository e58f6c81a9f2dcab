// A bounded queue of bytes between exactly one producing and one consuming thread: no lock, and no
// allocation after Create(). What a full queue means is the producer's to decide.
//
// It is a ring of blocks, and which memory a block has is decided when the producer reaches it:
// what the consumer has given back last. So a queue that is nearly always empty uses the same few
// warm blocks over and over, and memory that it never needed is never touched.
//
// Bytes have positions, which count from 0 over the queue's whole life.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"

namespace baton {

class SpscByteQueue {
 public:
  static constexpr size_t kBlockSize = size_t{64} * 1024;

  // Of at least two blocks of `block_size` bytes, and at most `capacity` bytes otherwise. Null if
  // the memory cannot be had.
  static std::unique_ptr<SpscByteQueue> Create(size_t capacity, size_t block_size = kBlockSize) {
    const size_t blocks = std::max<size_t>(capacity / block_size, 2);
    std::unique_ptr<uint8_t[]> memory(new (std::nothrow) uint8_t[blocks * block_size]);
    if (memory == nullptr) return nullptr;
    return std::unique_ptr<SpscByteQueue>(new SpscByteQueue(std::move(memory), blocks, block_size));
  }
  SpscByteQueue(const SpscByteQueue&) = delete;
  SpscByteQueue& operator=(const SpscByteQueue&) = delete;

  // When nothing is in the queue, between capacity() - block_size + 1 and capacity() bytes fit,
  // because a block is only used again when all of it is released.
  size_t capacity() const { return blocks_ * block_size_; }

  // A moment's values, from any thread. All before written() is there; all before released() is
  // gone.
  uint64_t written() const { return written_.load(std::memory_order_acquire); }
  uint64_t released() const { return released_.load(std::memory_order_acquire); }
  // In this order: what is released never overtakes what is written.
  size_t size() const {
    const uint64_t begin = released();
    return static_cast<size_t>(written() - begin);
  }

  // Producer only.

  // So many bytes fit, at least.
  size_t Room() {
    released_seen_ = released();
    return RoomSeen(written_.load(std::memory_order_relaxed));
  }

  // Appends all of `parts`, one behind the other, which become visible together. False, and nothing
  // happens, if there is no room for them.
  bool Push(std::initializer_list<Bytes> parts) {
    size_t size = 0;
    for (const Bytes part : parts) size += part.size();
    uint64_t position = written_.load(std::memory_order_relaxed);
    if (size > RoomSeen(position) && size > Room()) return false;
    for (const Bytes part : parts) position = Append(position, part);
    written_.store(position, std::memory_order_release);
    return true;
  }

  // Consumer only. `begin` and `end` are between released() and written().

  // The bytes from `begin` to `end`, as pieces that each lie in one block: as many as there is
  // place for in `pieces`. Returns how many. Valid until they are released.
  size_t Pieces(uint64_t begin, uint64_t end, std::span<Bytes> pieces) const {
    size_t count = 0;
    for (; begin < end && count < pieces.size(); ++count) {
      const uint64_t size = std::min(end - begin, block_size_ - begin % block_size_);
      pieces[count] = Bytes(At(begin), static_cast<size_t>(size));
      begin += size;
    }
    return count;
  }

  // Copies the bytes from `begin` on.
  void Copy(uint64_t begin, MutableBytes out) const {
    while (!out.empty()) {
      const size_t size = std::min<size_t>(out.size(), block_size_ - begin % block_size_);
      std::memcpy(out.data(), At(begin), size);
      out = out.subspan(size);
      begin += size;
    }
  }

  // What lies before `position` is not needed any more.
  void Release(uint64_t position) {
    BATON_CHECK(position >= released_.load(std::memory_order_relaxed) && position <= written());
    released_.store(position, std::memory_order_release);
  }

 private:
  static constexpr size_t kCacheLine = 64;

  SpscByteQueue(std::unique_ptr<uint8_t[]> memory, size_t blocks, size_t block_size)
      : memory_(std::move(memory)), blocks_(blocks), block_size_(block_size), place_of_(blocks) {
    free_.reserve(blocks);
    for (size_t i = blocks; i-- > 0;) free_.push_back(static_cast<uint32_t>(i));
  }

  const uint8_t* At(uint64_t position) const {
    const uint32_t place = place_of_[position / block_size_ % blocks_];
    return memory_.get() + place * block_size_ + position % block_size_;
  }

  size_t RoomSeen(uint64_t position) const {
    const uint64_t limit = (released_seen_ / block_size_ + blocks_) * block_size_;
    return static_cast<size_t>(limit - position);
  }

  uint64_t Append(uint64_t position, Bytes bytes) {
    while (!bytes.empty()) {
      if (position % block_size_ == 0) BeginBlock(position / block_size_);
      const size_t size = std::min<size_t>(bytes.size(), block_size_ - position % block_size_);
      std::memcpy(const_cast<uint8_t*>(At(position)), bytes.data(), size);
      bytes = bytes.subspan(size);
      position += size;
    }
    return position;
  }

  // The block that was released last is taken first.
  void BeginBlock(uint64_t block) {
    released_seen_ = released();
    for (; reclaimed_ < released_seen_ / block_size_; ++reclaimed_) {
      free_.push_back(place_of_[reclaimed_ % blocks_]);
    }
    place_of_[block % blocks_] = free_.back();
    free_.pop_back();
  }

  std::unique_ptr<uint8_t[]> memory_;
  size_t blocks_;
  size_t block_size_;
  // By number of the block, modulo `blocks_`: where in memory it is. The producer writes a place
  // before the consumer can see the block, and again when the block is released.
  std::vector<uint32_t> place_of_;
  alignas(kCacheLine) std::atomic<uint64_t> written_{0};
  uint64_t released_seen_ = 0;  // the producer's copy
  uint64_t reclaimed_ = 0;      // blocks whose places are free again
  std::vector<uint32_t> free_;  // places, the one to take next at the end
  alignas(kCacheLine) std::atomic<uint64_t> released_{0};
};

}  // namespace baton
