#include "tests/sim/node/node.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/hash.h"
#include "net/epoll_loop.h"
#include "net/uring_loop.h"
#include "tests/sim/engine/random_stream.h"
#include "tests/sim/kernel/sim_calls.h"
#include "tests/sim/kernel/sim_ring.h"

namespace baton::sim {
namespace {

// How soon a thread looks again for what its kernel has not handed over at once.
constexpr Duration kSlowReceive = std::chrono::microseconds(500);

uint64_t HashOf(Bytes bytes) {
  return HashBytes({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, 0);
}

// A descriptor that stands for a socket, because the loop wants one to call it by.
net::UdpSocket StandIn(const TransportAddress& local) {
  net::UdpSocket socket{net::UniqueFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), {local, 0, 0}};
  BATON_CHECK(socket.fd.get() >= 0);
  return socket;
}

template <class Loop>
std::unique_ptr<Loop> Open(const net::EventLoopConfig& config,
                           std::vector<net::UdpSocket> sockets) {
  auto loop = Loop::Open(config, std::move(sockets));
  BATON_CHECK(loop.ok());
  return *std::move(loop);
}

}  // namespace

Node::Node(uint32_t index, const NodeConfig& config, uint64_t seed, Scheduler& scheduler,
           Network& network, Trace& trace, NodeObserver& observer)
    : index_(index),
      config_(config),
      scheduler_(scheduler),
      network_(network),
      trace_(trace),
      observer_(observer),
      delays_(RandomStream(seed, "node delays", index)) {
  for (const TransportAddress& address : addresses()) network_.AddNode(*this, address);
  std::vector<net::UdpSocket> sockets;
  std::vector<int> descriptors;
  for (const TransportAddress& address : addresses()) {
    sockets.push_back(StandIn(address));
    descriptors.push_back(sockets.back().fd.get());
  }
  sockets_ = std::make_unique<UdpModel>(config_.sockets, std::move(descriptors),
                                        RandomStream(seed, "node sockets", index), *this);
  const Random faults = RandomStream(seed, "node faults", index);
  std::unique_ptr<net::EventLoop> loop;
  if (config_.backend == net::IoBackend::kUring) {
    auto uring = Open<net::UringLoop<SimRing>>(config_.loop, std::move(sockets));
    uring->ring().Attach(*sockets_, config_.faults, faults);
    kernel_ = &uring->ring();
    loop = std::move(uring);
  } else {
    auto epoll = Open<net::EpollLoop<SimCalls>>(config_.loop, std::move(sockets));
    epoll->calls().Attach(*sockets_, config_.faults, faults);
    kernel_ = &epoll->calls();
    loop = std::move(epoll);
  }
  buffers_ = &loop->buffers();
  shard_ = std::make_unique<Shard>(index, std::move(loop), config_.core, std::nullopt,
                                   [this] { TakeOutputs(); });
  WakeBy(scheduler_.now());
}

Node::~Node() = default;

bool Node::Submit(relay::Command&& command) {
  trace_.Note(TraceEvent::kCommand, index_, command.request_id, command.action.index());
  if (!shard_->Submit(std::move(command))) return false;
  kernel_->NoteWake();
  WakeBy(scheduler_.now() + Between(delays_, Duration{}, config_.wake_delay_max));
  return true;
}

void Node::OnDatagram(TimePoint now, const TransportAddress& from, const TransportAddress& to,
                      const DatagramMark& mark, Bytes datagram) {
  const auto socket = std::find(addresses().begin(), addresses().end(), to) - addresses().begin();
  sockets_->Arrive(now, {from, static_cast<SocketIndex>(socket)}, mark, datagram);
  if (asleep_) WakeBy(now + Between(delays_, Duration{}, config_.wake_delay_max));
}

void Node::WakeBy(TimePoint when) {
  if (when >= next_round_) return;
  next_round_ = when;
  scheduler_.At(when, *this, static_cast<uint64_t>(when.time_since_epoch().count()));
}

void Node::Happen(TimePoint now, uint64_t what) {
  // Another round has come in between, and with it another plan.
  if (now != next_round_ || what != static_cast<uint64_t>(now.time_since_epoch().count())) return;
  Round(now);
}

void Node::Round(TimePoint now) {
  next_round_ = kNever;
  shard_->Round();
  observer_.AfterRound(index_);
  if (trace_.FollowsAnything()) TellDrops();

  asleep_ = kernel_->waits_until().has_value();
  if (!asleep_) return WakeBy(now + config_.round_time);
  for (size_t i = 0; i < sockets_->sockets(); ++i) {
    if (sockets_->HasData(static_cast<SocketIndex>(i))) WakeBy(now + kSlowReceive);
  }
  if (*kernel_->waits_until() != kNever) WakeBy(*kernel_->waits_until());
}

// At once, in the middle of a round: nobody is faster than that, so what a command forbids and what
// still follows its answer in the same round is found.
void Node::TakeOutputs() {
  relay::Output output;
  while (shard_->PopOutput(output)) observer_.OnOutput(index_, output);
}

// What the core dropped in this round, and why.
void Node::TellDrops() {
  for (size_t i = 0; i < relay::kDropReasons; ++i) {
    const uint64_t dropped = metrics().drops[i].value();
    if (dropped == drops_told_[i]) continue;
    trace_.Tell(scheduler_.now(), absl::StrCat("node ", index_),
                absl::StrCat("drops ", dropped - drops_told_[i], ": ",
                             std::string(Label(static_cast<relay::DropReason>(i)))));
    drops_told_[i] = dropped;
  }
}

void Node::OnRead(const Flow& from, const DatagramMark& mark, Bytes datagram) {
  trace_.Note(TraceEvent::kNodeReceives, index_, from.socket, HashOf(datagram));
  if (mark.packet && trace_.Follows(*mark.packet)) {
    trace_.Tell(scheduler_.now(), absl::StrCat("node ", index_),
                absl::StrCat("reads packet ", mark.packet->index, " from ", from.remote.ToString(),
                             mark.damaged ? ", damaged" : ""));
  }
  observer_.OnNodeReads(index_, from, mark, datagram);
}

// What is refused is not noted: how often a loop tries is its own affair.
void Node::OnWrite(const Flow& to, Bytes datagram, bool taken) {
  const DatagramMark mark = observer_.OnNodeWrites(index_, to, datagram, taken);
  if (!taken) return;
  trace_.Note(TraceEvent::kNodeSends, index_, Hash(to.remote, to.socket), HashOf(datagram));
  network_.SendDown(addresses()[to.socket], to.remote, mark, datagram);
}

}  // namespace baton::sim
