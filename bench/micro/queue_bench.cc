// The queues between the control thread and the shards.
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <utility>

#include "base/spsc_queue.h"
#include "relay/command.h"

namespace baton {
namespace {

constexpr size_t kCapacity = 256;  // a shard's command queue

// In and out on one thread. Floor: a copy of the element in and one out, from the first cache.
template <class T>
void BM_QueueSameThread(benchmark::State& state) {
  SpscQueue<T> queue(kCapacity);
  T value{};
  for (auto _ : state) {
    queue.Push(std::move(value));
    queue.Pop(value);
    benchmark::DoNotOptimize(value);
  }
}
BENCHMARK(BM_QueueSameThread<uint64_t>);
BENCHMARK(BM_QueueSameThread<relay::Command>);

// To another thread that spins, and back: two hops. Floor: each hop moves the line with the element
// and the one with the index from core to core, 50 to 100 ns a line; a hop cannot be faster than
// the machine's cores talk.
void BM_QueueRoundTrip(benchmark::State& state) {
  SpscQueue<uint64_t> there(kCapacity);
  SpscQueue<uint64_t> back(kCapacity);
  std::atomic<bool> stop{false};
  std::thread other([&] {
    uint64_t value = 0;
    while (!stop.load(std::memory_order_relaxed)) {
      if (there.Pop(value)) back.Push(std::move(value));
    }
  });
  uint64_t value = 0;
  for (auto _ : state) {
    there.Push(std::move(value));
    while (!back.Pop(value)) {
    }
  }
  stop.store(true, std::memory_order_relaxed);
  other.join();
}
BENCHMARK(BM_QueueRoundTrip)->UseRealTime();

// A producer that never waits, except for room. Floor: that of a hop, shared by the elements of the
// line that it moves, eight here.
void BM_QueueStream(benchmark::State& state) {
  SpscQueue<uint64_t> queue(kCapacity);
  std::atomic<bool> stop{false};
  std::thread producer([&] {
    uint64_t next = 0;
    while (!stop.load(std::memory_order_relaxed)) {
      uint64_t value = next;
      if (queue.Push(std::move(value))) ++next;
    }
  });
  uint64_t value = 0;
  for (auto _ : state) {
    while (!queue.Pop(value)) {
    }
    benchmark::DoNotOptimize(value);
  }
  stop.store(true, std::memory_order_relaxed);
  producer.join();
}
BENCHMARK(BM_QueueStream)->UseRealTime();

}  // namespace
}  // namespace baton
