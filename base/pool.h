// A pool of a fixed number of slots, allocated once, addressed by {index, generation} handles.
// Memory is touched when it is first used (base/lazy_array.h).
//
// A handle whose slot was released, and perhaps taken again, is stale: Get() answers null. T is
// plain data (trivially copyable), so that a pool could live in memory that outlives the process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "base/check.h"
#include "base/lazy_array.h"

namespace baton {

// `Tag` keeps handles of different pools apart.
template <class Tag>
struct Handle {
  static constexpr uint32_t kNone = ~uint32_t{0};
  uint32_t index = kNone;
  uint32_t generation = 0;

  constexpr bool is_none() const { return index == kNone; }
  friend constexpr bool operator==(Handle, Handle) = default;
};

template <class T>
class Pool {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  using HandleType = Handle<T>;

  explicit Pool(size_t capacity) : memory_(capacity), slots_(memory_.span()) {
    BATON_CHECK(capacity < HandleType::kNone);
  }

  size_t capacity() const { return slots_.size(); }
  size_t size() const { return size_; }
  bool full() const { return size_ == slots_.size(); }
  static constexpr size_t BytesPerSlot() { return sizeof(Slot); }

  // A fresh, value-initialised T, or a none handle if the pool is full.
  HandleType Take() {
    if (full()) return {};
    const uint32_t index = TakeIndex();
    Slot& slot = slots_[index];
    slot.value = T{};
    ++slot.generation;  // odd while taken
    ++size_;
    return {index, slot.generation};
  }

  void Release(HandleType handle) {
    BATON_CHECK(Get(handle) != nullptr);
    Slot& slot = slots_[handle.index];
    ++slot.generation;
    slot.next_free = free_head_;
    free_head_ = handle.index;
    --size_;
  }

  // Null for a stale or none handle.
  T* Get(HandleType handle) {
    if (handle.index >= slots_.size()) return nullptr;
    Slot& slot = slots_[handle.index];
    return slot.generation == handle.generation ? &slot.value : nullptr;
  }
  const T* Get(HandleType handle) const { return const_cast<Pool*>(this)->Get(handle); }

  // The slot at `index`, which the caller knows to be taken.
  T& At(uint32_t index) { return slots_[index].value; }
  const T& At(uint32_t index) const { return slots_[index].value; }
  bool IsTaken(uint32_t index) const { return (slots_[index].generation & 1) != 0; }
  HandleType HandleOf(uint32_t index) const { return {index, slots_[index].generation}; }

  // Calls f(handle, T&) for each taken slot in index order. `f` may release the slot it is given.
  template <class F>
  void ForEach(F&& f) {
    for (uint32_t i = 0; i < untouched_; ++i) {
      if (IsTaken(i)) f(HandleOf(i), slots_[i].value);
    }
  }

 private:
  // All zeros until it is first taken.
  struct Slot {
    T value;
    uint32_t generation;
    uint32_t next_free;  // of a slot that was released
  };

  uint32_t TakeIndex() {
    if (free_head_ == HandleType::kNone) return untouched_++;
    const uint32_t index = free_head_;
    free_head_ = slots_[index].next_free;
    return index;
  }

  LazyArray<Slot> memory_;
  std::span<Slot> slots_;
  uint32_t untouched_ = 0;  // slots from here on were never taken
  uint32_t free_head_ = HandleType::kNone;
  size_t size_ = 0;
};

}  // namespace baton
