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
  static_assert(alignof(T) <= alignof(std::max_align_t));

 public:
  explicit LazyArray(size_t size)
      : items_(static_cast<T*>(size == 0 ? nullptr : std::calloc(size, sizeof(T)))), size_(size) {
    BATON_CHECK(size == 0 || items_ != nullptr);
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

  std::span<T> span() { return {items_.get(), size_}; }
  std::span<const T> span() const { return {items_.get(), size_}; }

 private:
  struct Free {
    void operator()(T* items) const { std::free(items); }
  };

  std::unique_ptr<T[], Free> items_;
  size_t size_;
};

}  // namespace baton
