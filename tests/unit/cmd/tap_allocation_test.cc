// What a shard does for taps allocates nothing, whether or not there is room in their queues.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <vector>

#include "cmd/node/node_taps.h"
#include "cmd/node/tap_sink.h"

namespace {
thread_local size_t allocations = 0;

void* Allocate(size_t size, size_t alignment) {
  ++allocations;
  return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

void* AllocateOrEnd(size_t size, size_t alignment) {
  void* memory = Allocate(size, alignment);
  if (memory == nullptr) std::abort();
  return memory;
}
}  // namespace

// Not inlined: the compiler would see the allocation on one side and delete on the other, and warn.
[[gnu::noinline]] void* operator new(size_t size) {
  return AllocateOrEnd(size, alignof(std::max_align_t));
}
[[gnu::noinline]] void* operator new(size_t size, std::align_val_t alignment) {
  return AllocateOrEnd(size, static_cast<size_t>(alignment));
}
[[gnu::noinline]] void* operator new[](size_t size, const std::nothrow_t&) noexcept {
  return Allocate(size, alignof(std::max_align_t));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, size_t, std::align_val_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete[](void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, size_t) noexcept { std::free(memory); }

namespace baton {
namespace {

class Sink final : public TxSink {
 public:
  explicit Sink(TapTable* table) : taps(table) {}
  void Send(const TxBatch& batch) override { taps.Send({}, batch); }
  TapSink taps;
};

TEST(TapAllocation, BatchesForTapsDoNotAllocate) {
  NodeTaps taps;
  const size_t at_first = allocations;
  ASSERT_EQ(*taps.Open(size_t{1} << 20), 0);
  ASSERT_EQ(*taps.Open(size_t{16} << 20), 1);
  ASSERT_GT(allocations, at_first) << "the count does not count";
  Sink sink(&taps.table());
  TxBatch batch(64, 4, sink);
  const std::vector<uint8_t> payload(1100, 'x');

  const size_t before = allocations;
  for (int round = 0; round < 100; ++round) {
    for (TapNumber tap = 0; tap < 3; ++tap) {  // of which the last is not open
      batch.Open(tap, TapFlow(tap), 16, 12);
      for (int i = 0; i < 16; ++i) *batch.Append(12, payload) = 'h';
    }
    batch.Flush();
  }
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(taps.Counters(1).packets, 1600u);
  EXPECT_GT(taps.Counters(0).dropped, 100u);
  EXPECT_EQ(sink.taps.dropped(), taps.Counters(0).dropped + 1600);
}

}  // namespace
}  // namespace baton
