// Up to N values, held in place: plain data for pools, commands and events.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <type_traits>

#include "base/check.h"

namespace baton {

template <class T, size_t N>
class FixedVector {
  static_assert(std::is_trivially_copyable_v<T>);
  static_assert(N > 0 && N <= 255);

 public:
  static constexpr size_t kCapacity = N;

  constexpr FixedVector() = default;
  // At most N.
  constexpr FixedVector(std::initializer_list<T> values) {
    for (const T& value : values) push_back(value);
  }

  constexpr size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr bool full() const { return size_ == N; }

  // Not full().
  constexpr void push_back(const T& value) {
    BATON_CHECK(!full());
    values_[size_++] = value;
  }
  constexpr void clear() { size_ = 0; }
  // Those that stay keep their order.
  template <class Predicate>
  constexpr void EraseIf(Predicate&& predicate) {
    uint8_t kept = 0;
    for (size_t i = 0; i < size_; ++i) {
      if (!predicate(values_[i])) values_[kept++] = values_[i];
    }
    size_ = kept;
  }

  constexpr T& operator[](size_t i) { return values_[i]; }
  constexpr const T& operator[](size_t i) const { return values_[i]; }
  constexpr T* begin() { return values_.data(); }
  constexpr T* end() { return values_.data() + size_; }
  constexpr const T* begin() const { return values_.data(); }
  constexpr const T* end() const { return values_.data() + size_; }

  friend constexpr bool operator==(const FixedVector& a, const FixedVector& b) {
    if (a.size_ != b.size_) return false;
    for (size_t i = 0; i < a.size_; ++i) {
      if (!(a.values_[i] == b.values_[i])) return false;
    }
    return true;
  }

 private:
  std::array<T, N> values_{};
  uint8_t size_ = 0;
};

}  // namespace baton
