// An array of fixed size whose memory the operating system provides page by page, when it is first
// used: what is sized for full load costs an idle node nothing.
//
// Every T is born as all-zero bytes, without a constructor running, and dies without a destructor:
// T is plain data for which all zeros are a valid value. Small arrays, of less than the 128 KiB
// from which the C library asks the operating system, are touched at once.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <span>
#include <type_traits>

#include "base/check.h"

namespace baton {

template <class T>
class LazyArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  explicit LazyArray(size_t size)
      : memory_(size == 0 ? nullptr : std::calloc(size * sizeof(T) + kSlack, 1)), size_(size) {
    if (size == 0) return;
    void* items = memory_.get();
    size_t space = size * sizeof(T) + kSlack;
    BATON_CHECK(items != nullptr);
    items_ = static_cast<T*>(std::align(alignof(T), size * sizeof(T), items, space));
  }
  LazyArray(const LazyArray&) = delete;
  LazyArray& operator=(const LazyArray&) = delete;

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // `index` < size().
  T& operator[](size_t index) {
    BATON_CHECK(index < size_);
    return items_[index];
  }
  const T& operator[](size_t index) const {
    BATON_CHECK(index < size_);
    return items_[index];
  }

  std::span<T> span() { return {items_, size_}; }
  std::span<const T> span() const { return {items_, size_}; }

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  // calloc() aligns as far as max_align_t.
  static constexpr size_t kSlack = alignof(T) > alignof(std::max_align_t) ? alignof(T) : 0;

  std::unique_ptr<void, Free> memory_;
  T* items_ = nullptr;
  size_t size_;
};

}  // namespace baton
