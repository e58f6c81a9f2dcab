// What is on its way and when it is due, in a bounded number: the earliest first, and in the order
// of Push() if they are due at the same time. Allocates when it is made, and never again.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/time_point.h"

namespace baton::impair {

template <class T>
class DelayQueue {
 public:
  explicit DelayQueue(size_t capacity) : capacity_(capacity) { heap_.reserve(capacity); }

  size_t capacity() const { return capacity_; }
  size_t size() const { return heap_.size(); }
  bool full() const { return heap_.size() == capacity_; }
  // When the earliest is due; kNever if there is none.
  TimePoint next() const { return heap_.empty() ? kNever : heap_.front().at; }

  // False, and nothing done, if it is full.
  [[nodiscard]] bool Push(TimePoint at, T value) {
    if (full()) return false;
    heap_.push_back({at, pushed_++, std::move(value)});
    std::push_heap(heap_.begin(), heap_.end(), IsLater);
    return true;
  }

  // The earliest, if it is due at `now`.
  std::optional<T> PopDue(TimePoint now) {
    if (heap_.empty() || heap_.front().at > now) return std::nullopt;
    std::pop_heap(heap_.begin(), heap_.end(), IsLater);
    std::optional<T> value(std::move(heap_.back().value));
    heap_.pop_back();
    return value;
  }

 private:
  struct Entry {
    TimePoint at;
    uint64_t order;
    T value;
  };

  static bool IsLater(const Entry& a, const Entry& b) {
    return a.at != b.at ? a.at > b.at : a.order > b.order;
  }

  size_t capacity_;
  uint64_t pushed_ = 0;
  std::vector<Entry> heap_;
};

}  // namespace baton::impair
