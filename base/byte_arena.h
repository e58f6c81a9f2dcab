// Memory for what is needed until the end of a batch: taken from front to back, given back at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/bytes.h"

namespace baton {

class ByteArena {
 public:
  explicit ByteArena(size_t size)
      : bytes_(std::make_unique_for_overwrite<uint8_t[]>(size)), size_(size) {}

  // Bytes of any content; none if there is no room for that many.
  MutableBytes Take(size_t size) {
    if (!HasRoomFor(size)) return {};
    const MutableBytes taken(bytes_.get() + used_, size);
    used_ += size;
    return taken;
  }
  bool HasRoomFor(size_t size) const { return size_ - used_ >= size; }
  void Clear() { used_ = 0; }

 private:
  std::unique_ptr<uint8_t[]> bytes_;
  size_t size_;
  size_t used_ = 0;
};

}  // namespace baton
