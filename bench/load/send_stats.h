// What the generator has sent, for others to read while it goes on. Packets of the warm-up are not
// in it.
#pragma once

#include <atomic>
#include <cstdint>

namespace baton::bench {

struct SendStats {
  std::atomic<uint64_t> packets{0};
  std::atomic<uint64_t> bytes{0};
  // The greatest since whoever cuts the intervals set it to 0.
  std::atomic<uint64_t> lag_max_ns{0};

  // By the generator, the one writer of packets and bytes.
  void Count(uint64_t new_packets, uint64_t new_bytes, uint64_t lag_ns) {
    packets.store(packets.load(std::memory_order_relaxed) + new_packets, std::memory_order_relaxed);
    bytes.store(bytes.load(std::memory_order_relaxed) + new_bytes, std::memory_order_relaxed);
    uint64_t seen = lag_max_ns.load(std::memory_order_relaxed);
    while (seen < lag_ns && !lag_max_ns.compare_exchange_weak(seen, lag_ns)) {
    }
  }
};

}  // namespace baton::bench
