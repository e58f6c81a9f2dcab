// Reference counts of the receive buffers of one shard.
//
// net/ receives into numbered buffers; each datagram that it hands up holds one reference on its
// buffer, and so does each transmit entry whose payload lies in it, so a payload goes to any
// number of receivers without a copy. A buffer whose last reference is dropped is put on the list
// that net/ returns to the kernel, the one freed last (the hottest in cache) first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "base/check.h"

namespace baton {

enum class BufferId : uint32_t {};

// For payloads that are not in a receive buffer.
inline constexpr BufferId kNoBuffer{std::numeric_limits<uint32_t>::max()};

class BufferRefs {
 public:
  explicit BufferRefs(size_t buffers) : counts_(buffers) { freed_.reserve(buffers); }

  size_t size() const { return counts_.size(); }
  // Buffers that somebody holds: 0 when all are home.
  size_t in_use() const { return in_use_; }

  void Retain(BufferId id) {
    if (id == kNoBuffer) return;
    if (counts_[static_cast<uint32_t>(id)]++ == 0) ++in_use_;
  }
  void Release(BufferId id) {
    if (id == kNoBuffer) return;
    uint32_t& count = counts_[static_cast<uint32_t>(id)];
    BATON_CHECK(count > 0);
    if (--count == 0) {
      --in_use_;
      freed_.push_back(id);
    }
  }
  uint32_t count(BufferId id) const { return counts_[static_cast<uint32_t>(id)]; }

  // The buffers freed since the last ClearFreed(), in the order in which they were freed.
  std::span<const BufferId> freed() const { return freed_; }
  void ClearFreed() { freed_.clear(); }

 private:
  std::vector<uint32_t> counts_;
  std::vector<BufferId> freed_;
  size_t in_use_ = 0;
};

}  // namespace baton
