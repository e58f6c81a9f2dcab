// Which taps are open, as shards look them up, and how they wake the thread that writes them.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "base/datagram.h"
#include "cmd/node/tap_queue.h"
#include "net/wake_event.h"

namespace baton {

class TapTable {
 public:
  // Any thread. Null if the tap is not open.
  TapQueue* Find(TapNumber tap) const {
    return tap < kMaxTaps ? queues_[tap].load(std::memory_order_acquire) : nullptr;
  }
  // Whether a tap is open at all. A shard that has handled the command that adds a sink sees the
  // sink's tap.
  bool any() const { return open_.load(std::memory_order_relaxed) > 0; }

  // The control thread. `queue` lasts until Remove(), which comes when no shard has a sink for the
  // tap any more.
  void Add(TapNumber tap, TapQueue* queue) {
    queues_[tap].store(queue, std::memory_order_release);
    open_.fetch_add(1, std::memory_order_relaxed);
  }
  void Remove(TapNumber tap) {
    queues_[tap].store(nullptr, std::memory_order_release);
    open_.fetch_sub(1, std::memory_order_relaxed);
  }

  // Of the thread that writes the queues: signalled when something was queued.
  net::WakeEvent& wake() { return wake_; }

 private:
  std::array<std::atomic<TapQueue*>, kMaxTaps> queues_{};
  std::atomic<uint32_t> open_{0};
  net::WakeEvent wake_{/*nonblocking=*/true};
};

}  // namespace baton
