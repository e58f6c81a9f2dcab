// The public Binding server: a thread of its own with its own event loop, so that a flood of
// requests takes no time from any room.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <span>
#include <thread>

#include "base/counter.h"
#include "base/memory_plan.h"
#include "base/tx_batch.h"
#include "net/event_loop.h"
#include "stun/binding_responder.h"
#include "stun/rate_limiter.h"

namespace baton {

class StunServer {
 public:
  StunServer(std::unique_ptr<net::EventLoop> loop, const stun::RateLimiter::Options& limits);
  ~StunServer();
  StunServer(const StunServer&) = delete;
  StunServer& operator=(const StunServer&) = delete;

  static std::vector<MemoryItem> MemoryPlan(const net::EventLoopConfig& loop,
                                            const stun::RateLimiter::Options& limits);

  void Start();
  void Stop();  // idempotent

  // Any thread. By stun::BindingResult.
  std::span<const Counter, stun::kBindingResults> results() const { return results_; }
  const net::LoopCounters& loop_counters() const { return loop_->counters(); }
  std::span<const net::BoundSocket> sockets() const { return loop_->sockets(); }

 private:
  void Run();

  std::unique_ptr<net::EventLoop> loop_;
  stun::BindingResponder responder_;
  TxBatch tx_;
  std::array<Counter, stun::kBindingResults> results_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace baton
