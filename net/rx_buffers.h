// The receive buffers of one loop: their memory, their reference counts, and a stack of those that
// nobody holds, so that the one freed last, whose lines are still in the cache, is received into
// first. Memory that has never been received into is not touched either, so a buffer that waits in
// reserve costs no page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/buffer_refs.h"
#include "base/check.h"

namespace baton::net {

class RxBuffers {
 public:
  // `buffer_size` is rounded up to whole cache lines.
  RxBuffers(size_t count, size_t buffer_size)
      : lines_per_buffer_(Lines(buffer_size)),
        memory_(std::make_unique_for_overwrite<Line[]>(count * lines_per_buffer_)),
        refs_(count) {
    free_.reserve(count);
    for (size_t i = count; i > 0; --i) free_.push_back(BufferId{static_cast<uint32_t>(i - 1)});
  }

  static size_t BytesFor(size_t count, size_t buffer_size) {
    return count * (Lines(buffer_size) * kLine + 2 * sizeof(BufferId) + sizeof(uint32_t));
  }

  BufferRefs& refs() { return refs_; }
  size_t buffer_size() const { return lines_per_buffer_ * kLine; }
  uint8_t* data(BufferId id) {
    return memory_[static_cast<uint32_t>(id) * lines_per_buffer_].bytes;
  }

  // Buffers that neither the kernel nor anybody else has.
  size_t free() const { return free_.size(); }
  // Makes the buffers whose last reference was dropped free again.
  void CollectFreed() {
    for (const BufferId id : refs_.freed()) free_.push_back(id);
    refs_.ClearFreed();
  }
  // free() > 0. The buffer is the caller's, to give to the kernel.
  BufferId Take() {
    BATON_CHECK(!free_.empty());
    const BufferId id = free_.back();
    free_.pop_back();
    return id;
  }
  // Takes back what the kernel did not use.
  void Return(BufferId id) { free_.push_back(id); }

 private:
  static constexpr size_t kLine = 64;
  struct alignas(kLine) Line {
    uint8_t bytes[kLine];
  };
  static size_t Lines(size_t bytes) { return (bytes + kLine - 1) / kLine; }

  size_t lines_per_buffer_;
  std::unique_ptr<Line[]> memory_;
  BufferRefs refs_;
  std::vector<BufferId> free_;
};

}  // namespace baton::net
