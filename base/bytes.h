// Reading and writing of network byte order (big endian).
//
// Both cursors remember failure instead of reporting each step: read or write everything, then ask
// ok() once. After the first failure reads return zeros and writes do nothing, so code that forgets
// to ask cannot run out of bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace baton {

using Bytes = std::span<const uint8_t>;
using MutableBytes = std::span<uint8_t>;

constexpr uint16_t LoadU16(const uint8_t* p) { return static_cast<uint16_t>(p[0] << 8 | p[1]); }
constexpr uint32_t LoadU24(const uint8_t* p) {
  return uint32_t{p[0]} << 16 | uint32_t{p[1]} << 8 | p[2];
}
constexpr uint32_t LoadU32(const uint8_t* p) { return uint32_t{p[0]} << 24 | LoadU24(p + 1); }
constexpr uint64_t LoadU64(const uint8_t* p) { return uint64_t{LoadU32(p)} << 32 | LoadU32(p + 4); }

constexpr void StoreU16(uint8_t* p, uint16_t v) {
  p[0] = static_cast<uint8_t>(v >> 8);
  p[1] = static_cast<uint8_t>(v);
}
constexpr void StoreU24(uint8_t* p, uint32_t v) {
  p[0] = static_cast<uint8_t>(v >> 16);
  StoreU16(p + 1, static_cast<uint16_t>(v));
}
constexpr void StoreU32(uint8_t* p, uint32_t v) {
  StoreU16(p, static_cast<uint16_t>(v >> 16));
  StoreU16(p + 2, static_cast<uint16_t>(v));
}
constexpr void StoreU64(uint8_t* p, uint64_t v) {
  StoreU32(p, static_cast<uint32_t>(v >> 32));
  StoreU32(p + 4, static_cast<uint32_t>(v));
}

class ByteReader {
 public:
  explicit constexpr ByteReader(Bytes bytes) : bytes_(bytes) {}

  // False once any read asked for more than there was.
  constexpr bool ok() const { return ok_; }
  constexpr size_t position() const { return position_; }
  constexpr size_t remaining() const { return ok_ ? bytes_.size() - position_ : 0; }

  constexpr uint8_t U8() {
    const uint8_t* p = Take(1);
    return p ? *p : uint8_t{0};
  }
  constexpr uint16_t U16() {
    const uint8_t* p = Take(2);
    return p ? LoadU16(p) : uint16_t{0};
  }
  constexpr uint32_t U24() {
    const uint8_t* p = Take(3);
    return p ? LoadU24(p) : 0;
  }
  constexpr uint32_t U32() {
    const uint8_t* p = Take(4);
    return p ? LoadU32(p) : 0;
  }
  constexpr uint64_t U64() {
    const uint8_t* p = Take(8);
    return p ? LoadU64(p) : 0;
  }
  // A view of the next `size` bytes; empty on failure.
  constexpr Bytes Slice(size_t size) {
    const uint8_t* p = Take(size);
    return p ? Bytes(p, size) : Bytes();
  }
  constexpr Bytes Rest() { return Slice(remaining()); }
  constexpr void Skip(size_t size) { Take(size); }

 private:
  constexpr const uint8_t* Take(size_t size) {
    if (!ok_ || size > bytes_.size() - position_) {
      ok_ = false;
      return nullptr;
    }
    const uint8_t* p = bytes_.data() + position_;
    position_ += size;
    return p;
  }

  Bytes bytes_;
  size_t position_ = 0;
  bool ok_ = true;
};

class ByteWriter {
 public:
  explicit constexpr ByteWriter(MutableBytes bytes) : bytes_(bytes) {}

  // False once any write would not have fitted.
  constexpr bool ok() const { return ok_; }
  constexpr size_t size() const { return position_; }
  constexpr size_t room() const { return ok_ ? bytes_.size() - position_ : 0; }
  constexpr Bytes written() const { return Bytes(bytes_.data(), position_); }

  constexpr void U8(uint8_t v) {
    if (uint8_t* p = Take(1)) *p = v;
  }
  constexpr void U16(uint16_t v) {
    if (uint8_t* p = Take(2)) StoreU16(p, v);
  }
  constexpr void U24(uint32_t v) {
    if (uint8_t* p = Take(3)) StoreU24(p, v);
  }
  constexpr void U32(uint32_t v) {
    if (uint8_t* p = Take(4)) StoreU32(p, v);
  }
  constexpr void U64(uint64_t v) {
    if (uint8_t* p = Take(8)) StoreU64(p, v);
  }
  void Copy(Bytes source) {
    uint8_t* p = Take(source.size());
    if (p && !source.empty()) std::memcpy(p, source.data(), source.size());
  }
  void Zeros(size_t size) {
    uint8_t* p = Take(size);
    if (p && size) std::memset(p, 0, size);
  }
  // Overwrites two bytes written before; `position` + 2 <= size().
  constexpr void PatchU16(size_t position, uint16_t v) {
    if (ok_ && position + 2 <= position_) StoreU16(bytes_.data() + position, v);
  }

 private:
  constexpr uint8_t* Take(size_t size) {
    if (!ok_ || size > bytes_.size() - position_) {
      ok_ = false;
      return nullptr;
    }
    uint8_t* p = bytes_.data() + position_;
    position_ += size;
    return p;
  }

  MutableBytes bytes_;
  size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace baton
