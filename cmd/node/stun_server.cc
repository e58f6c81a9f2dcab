#include "cmd/node/stun_server.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "cmd/node/thread_setup.h"

namespace baton {
namespace {

constexpr size_t kTxEntries = 512;

}  // namespace

StunServer::StunServer(std::unique_ptr<net::EventLoop> loop,
                       const stun::RateLimiter::Options& limits)
    : loop_(std::move(loop)), responder_(limits), tx_(kTxEntries, 0, *loop_) {}

StunServer::~StunServer() { Stop(); }

std::vector<MemoryItem> StunServer::MemoryPlan(const net::EventLoopConfig& loop,
                                               const stun::RateLimiter::Options& limits) {
  return {{"receive buffers and event loop", 1, net::EventLoop::BytesFor(loop)},
          {"transmit batch", 1, TxBatch::BytesFor(kTxEntries, 0)},
          {"rate limits", 1, stun::RateLimiter::BytesFor(limits)}};
}

void StunServer::Start() {
  thread_ = std::thread([this] {
    NameThisThread("stun");
    Run();
  });
}

void StunServer::Stop() {
  if (!thread_.joinable()) return;
  stop_.store(true, std::memory_order_relaxed);
  loop_->Wake();
  thread_.join();
}

void StunServer::Run() {
  std::array<uint8_t, stun::kMaxBindingReplySize> reply;
  while (!stop_.load(std::memory_order_relaxed)) {
    const std::span<const Datagram> datagrams = loop_->Receive(kNever);
    const TimePoint now = MonotonicNow();
    for (const Datagram& datagram : datagrams) {
      const stun::BindingReply answer =
          responder_.Respond(now, datagram.bytes, datagram.flow.remote, reply);
      results_[static_cast<size_t>(answer.result)].Add();
      if (answer.size == 0) continue;
      std::copy_n(reply.data(), answer.size, tx_.AddSingle(datagram.flow, answer.size));
    }
    tx_.Flush();
  }
}

}  // namespace baton
