// The queues between threads: of the control thread and the shards, and of shards and recordings.
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/spsc_byte_queue.h"
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

// A packet of a batch on its way to a recording: frame header, RTP header and payload. What is
// taken out is `backlog` packets behind. Floor: one copy of 1,213 bytes, within the second-level
// cache while little waits, and to memory when much does.
void BM_ByteQueuePush(benchmark::State& state) {
  const auto backlog = static_cast<uint64_t>(state.range(0));
  const auto queue = SpscByteQueue::Create(size_t{64} << 20);
  const std::vector<uint8_t> bytes(1213);
  const Bytes header = Bytes(bytes).first(13);
  const Bytes rtp = Bytes(bytes).subspan(13, 12);
  const Bytes payload = Bytes(bytes).subspan(25);
  const uint64_t behind = backlog * bytes.size();
  for (auto _ : state) {
    benchmark::DoNotOptimize(queue->Push({header, rtp, payload}));
    if (queue->written() > behind) queue->Release(queue->written() - behind);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_ByteQueuePush)->ArgName("backlog")->Arg(1)->Arg(100)->Arg(40'000);

}  // namespace
}  // namespace baton
