#include "bench/load/receiver.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/clock.h"
#include "cmd/node/thread_setup.h"
#include "net/entropy.h"
#include "rtp/classify.h"

namespace baton::bench {
namespace {

// With UDP_GRO a message has up to 64 kB. Few of them, so that they stay in the cache.
constexpr size_t kMessages = 8;
constexpr size_t kMessageBytes = 1 << 16;
constexpr int kEvents = 256;
constexpr uint64_t kWakeKey = ~uint64_t{0};

constexpr Duration kTick = std::chrono::milliseconds(20);
// What a visitor's socket still holds when the node acknowledges the leave is read well within
// this.
constexpr Duration kRest = std::chrono::milliseconds(500);
constexpr Duration kQuiet = std::chrono::milliseconds(250);
constexpr Duration kMaxDrain = std::chrono::seconds(1);

}  // namespace

Receiver::Receiver(Topology& topology, PacketJudge& judge, SendStats& sent)
    : topology_(topology),
      judge_(judge),
      log_(sent),
      batch_(kMessages, kMessageBytes),
      ice_(topology.peers.size()),
      sent_at_cut_(topology.streams.size()) {}

Receiver::~Receiver() {
  if (!thread_.joinable()) return;
  stop_.store(true, std::memory_order_release);
  wake_.Signal();
  thread_.join();
}

absl::Status Receiver::Start() {
  epoll_ = net::UniqueFd(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_) return absl::ErrnoToStatus(errno, "epoll_create1");
  const auto watch = [this](int fd, uint64_t key) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = key;
    return epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
  };
  bool ok = wake_.fd() >= 0 && watch(wake_.fd(), kWakeKey);
  for (size_t i = 0; ok && i < topology_.peers.size(); ++i) {
    ok = watch(topology_.peers[i].socket.fd.get(), i);
  }
  if (!ok) return absl::ErrnoToStatus(errno, "cannot watch the sockets of the endpoints");
  thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

void Receiver::StartIce(uint32_t peer, IceParameters parameters) {
  const std::lock_guard lock(mutex_);
  inbox_.ice.push_back({peer, std::move(parameters)});
  wake_.Signal();
}

void Receiver::Measure(TimePoint begin, TimePoint end) {
  const std::lock_guard lock(mutex_);
  inbox_.begin = begin;
  inbox_.end = end;
  wake_.Signal();
}

void Receiver::Release(uint32_t peer) {
  const std::lock_guard lock(mutex_);
  inbox_.leavers.push_back(peer);
}

std::vector<uint32_t> Receiver::TakeReleased() {
  const std::lock_guard lock(mutex_);
  return std::exchange(released_, {});
}

ReceivedResult Receiver::Finish(TimePoint end) {
  {
    const std::lock_guard lock(mutex_);
    inbox_.end = end;
    inbox_.finish = true;
    wake_.Signal();
  }
  thread_.join();
  return Result();
}

void Receiver::Run() {
  NameThisThread("bench-receive");
  std::array<epoll_event, kEvents> events;
  while (!stop_.load(std::memory_order_acquire)) {
    const int ready = epoll_wait(epoll_.get(), events.data(), kEvents, WaitMs());
    batch_.ReadClocks();
    for (int i = 0; i < ready; ++i) {
      const uint64_t key = events[static_cast<size_t>(i)].data.u64;
      if (key != kWakeKey) ReadSocket(static_cast<uint32_t>(key));
    }
    ReadInbox();
    RunIceTimers();
    ReleaseLeavers(batch_.now());
    CutIntervals();
    if (finishing_ && Drained()) return;
  }
}

int Receiver::WaitMs() const {
  constexpr int kTickMs = static_cast<int>(kTick / std::chrono::milliseconds(1));
  if (!begin_) return kTickMs;
  const TimePoint next_cut = measuring_ ? log_.cut() + kIntervalLength : *begin_;
  const Duration until_cut = next_cut - MonotonicNow();
  if (until_cut >= kTick) return kTickMs;
  return std::max(1, static_cast<int>(until_cut / std::chrono::milliseconds(1)));
}

void Receiver::ReadInbox() {
  wake_.Clear();
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t n = read(wake_.fd(), &count, sizeof count);
  Inbox inbox;
  {
    const std::lock_guard lock(mutex_);
    std::swap(inbox, inbox_);
  }
  for (IceStart& start : inbox.ice) {
    stun::TransactionIds::Secret secret;
    net::FillRandom(secret);
    if (!ice_[start.peer]) ice_peers_.push_back(start.peer);
    ice_[start.peer] = std::make_unique<IceSlot>(
        IceSlot{.peer = start.peer, .ice = IcePeer(std::move(start.parameters), secret)});
    next_ice_ = {};
  }
  for (const uint32_t peer : inbox.leavers) leavers_.push_back({peer, batch_.now() + kRest});
  if (inbox.begin) begin_ = *inbox.begin;
  if (inbox.end) end_ = *inbox.end;
  finishing_ |= inbox.finish;
}

void Receiver::ReadSocket(uint32_t peer) {
  const size_t count = batch_.Receive(topology_.peers[peer].socket.fd.get());
  for (size_t i = 0; i < count; ++i) OnMessage(peer, batch_.message(i));
}

void Receiver::OnMessage(uint32_t peer, const ReceiveBatch::Message& message) {
  last_arrival_ = std::max(last_arrival_, message.arrival);
  judge_.CountBytes(message.bytes.size());
  ForEachDatagram(message, [&](Bytes datagram) {
    if (rtp::ClassifyDatagram(datagram) == rtp::DatagramKind::kStun) {
      OnStun(peer, datagram);
    } else {
      judge_.OnMedia(peer, datagram, message.arrival);
    }
  });
}

void Receiver::OnStun(uint32_t peer, Bytes datagram) {
  IceSlot* slot = ice_[peer].get();
  if (slot == nullptr) {
    judge_.OnCorrupted();
    return;
  }
  std::array<uint8_t, IcePeer::kMaxMessage> answer;
  const size_t size = slot->ice.OnMessage(datagram, answer);
  if (size > 0) SendTo(peer, slot->ice.candidate(), Bytes(answer).first(size));
  if (!slot->counted && slot->ice.connected()) {
    slot->counted = true;
    ice_connected_.fetch_add(1, std::memory_order_release);
  }
}

// What cannot be sent is like a datagram that is lost: checks are repeated.
void Receiver::SendTo(uint32_t peer, const TransportAddress& to, Bytes datagram) {
  net::SocketAddress address;
  const socklen_t size = net::ToSocketAddress(to, address);
  [[maybe_unused]] const ssize_t n = sendto(topology_.peers[peer].socket.fd.get(), datagram.data(),
                                            datagram.size(), MSG_DONTWAIT, &address.any, size);
}

void Receiver::RunIceTimers() {
  if (ice_peers_.empty() || batch_.now() < next_ice_) return;
  next_ice_ = batch_.now() + kTick;
  std::array<uint8_t, IcePeer::kMaxMessage> check;
  for (const uint32_t peer : ice_peers_) {
    IcePeer& ice = ice_[peer]->ice;
    const size_t size = ice.OnTime(batch_.now(), check);
    if (size > 0) SendTo(peer, ice.candidate(), Bytes(check).first(size));
  }
}

void Receiver::ReleaseLeavers(TimePoint now) {
  while (!leavers_.empty() && leavers_.front().due <= now) {
    const uint32_t peer = leavers_.front().peer;
    leavers_.pop_front();
    const LegLedger::Settled settled = judge_.Release(peer);
    released_settled_.expected += settled.expected;
    released_settled_.lost += settled.lost;
    // Until it joins again, whatever comes there is nobody's.
    if (ice_[peer]) {
      ice_[peer].reset();
      std::erase(ice_peers_, peer);
    }
    const std::lock_guard lock(mutex_);
    released_.push_back(peer);
  }
}

void Receiver::CutIntervals() {
  if (!begin_ || batch_.now() < *begin_) return;
  if (!measuring_) {
    measuring_ = true;
    judge_.ForgetWarmUp();
    log_.Begin(*begin_);
    return;
  }
  // The last interval ends when all is read.
  for (TimePoint at = log_.cut() + kIntervalLength; at <= batch_.now() && at < end_;
       at += kIntervalLength) {
    Cut(at);
  }
}

void Receiver::Cut(TimePoint at) {
  const LegLedger::Settled earlier = judge_.Settle(sent_at_cut_);
  judge_.Take(arrivals_);
  log_.Cut(at, arrivals_, earlier, std::exchange(released_settled_, {}));
  sent_at_cut_ = SentNow();
}

bool Receiver::Drained() const {
  const TimePoint now = batch_.now();
  return now >= std::max(end_, last_arrival_) + kQuiet || now >= end_ + kMaxDrain;
}

ReceivedResult Receiver::Result() {
  while (!leavers_.empty()) ReleaseLeavers(leavers_.front().due);
  if (measuring_ && end_ > log_.cut()) Cut(end_);
  ReceivedResult result = log_.Finish(judge_.Settle(SentNow()));
  for (const Peer& peer : topology_.peers) {
    result.socket_drops += SocketDrops(peer.socket.fd.get());
  }
  return result;
}

std::vector<uint64_t> Receiver::SentNow() const {
  std::vector<uint64_t> sent;
  sent.reserve(topology_.streams.size());
  for (const Stream& stream : topology_.streams) {
    sent.push_back(stream.sent.load(std::memory_order_acquire));
  }
  return sent;
}

}  // namespace baton::bench
