#include "bench/load/stun_load.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/clock.h"
#include "base/hash.h"
#include "cmd/node/thread_setup.h"
#include "stun/message.h"
#include "stun/message_builder.h"

namespace baton::bench {
namespace {

constexpr uint64_t kNsPerSecond = 1'000'000'000;
constexpr uint64_t kTurn = StunSchedule::kTurn;
constexpr uint64_t kWindowSeconds = 3;
constexpr size_t kMessages = 64;
constexpr size_t kMessageBytes = 512;  // an answer has 32 or 44
constexpr int kEvents = 64;
constexpr int kWaitMs = 10;
constexpr Duration kQuiet = std::chrono::milliseconds(250);
constexpr Duration kMaxDrain = std::chrono::seconds(1);
constexpr int kRoomTimeoutMs = 1000;

std::vector<TransportAddress> AddressesOf(const std::vector<net::UdpSocket>& sockets) {
  std::vector<TransportAddress> addresses;
  for (const net::UdpSocket& socket : sockets) addresses.push_back(socket.bound.local);
  return addresses;
}

}  // namespace

uint64_t StunSchedule::NumberAt(Duration after, uint64_t rate) {
  const auto ns = static_cast<Uint128>(after.count());
  return static_cast<uint64_t>((ns * rate + kNsPerSecond - 1) / kNsPerSecond);
}

TimePoint StunSchedule::Due(uint64_t number) const {
  const auto ns = static_cast<Uint128>(number) * kNsPerSecond / rate;
  return start + Duration(static_cast<int64_t>(ns));
}

uint64_t StunSchedule::OwnBefore(size_t source, uint64_t number) const {
  const uint64_t round = kTurn * sources;
  const uint64_t begin = kTurn * source;  // of its turn in each round
  const uint64_t in_round = number % round;
  const uint64_t in_turn = in_round < begin ? 0 : std::min(kTurn, in_round - begin);
  return number / round * kTurn + in_turn;
}

stun::TransactionId StunSchedule::IdOf(uint64_t number) const {
  stun::TransactionId id;
  StoreU32(id.data(), run);
  StoreU64(id.data() + 4, number);
  return id;
}

std::optional<uint64_t> StunSchedule::NumberOf(const stun::TransactionId& id) const {
  if (LoadU32(id.data()) != run) return std::nullopt;
  return LoadU64(id.data() + 4);
}

StunJudge::StunJudge(const StunSchedule& schedule, const std::vector<TransportAddress>& sources)
    : schedule_(schedule),
      sources_(sources),
      ledgers_(sources.size(), LegLedger(schedule.rate * kWindowSeconds / sources.size() + 64)) {
  for (size_t i = 0; i < ledgers_.size(); ++i) {
    ledgers_[i].Start(schedule.OwnBefore(i, schedule.first_measured));
  }
}

void StunJudge::OnDatagram(size_t source, Bytes datagram, TimePoint arrival) {
  const auto answer = stun::MessageView::Parse(datagram);
  if (!answer || !answer->IsBinding(stun::MessageClass::kSuccess) ||
      answer->xor_mapped_address() != sources_[source]) {
    ++arrivals_.legs.corrupted;
    return;
  }
  const std::optional<uint64_t> number = schedule_.NumberOf(answer->transaction_id());
  if (!number || *number >= schedule_.end || schedule_.SourceOf(*number) != source) {
    ++arrivals_.legs.misdelivered;
    return;
  }
  if (*number < schedule_.first_measured) return;
  switch (ledgers_[source].Note(schedule_.OwnBefore(source, *number))) {
    case LegLedger::Arrival::kTooLate:
      return;
    case LegLedger::Arrival::kDuplicate:
      ++arrivals_.legs.duplicated;
      return;
    case LegLedger::Arrival::kReordered:
      ++arrivals_.legs.reordered;
      break;
    case LegLedger::Arrival::kNew:
      break;
  }
  ++arrivals_.legs.received;
  const Duration latency = std::max(Duration(0), arrival - schedule_.Due(*number));
  arrivals_.latency.Record(static_cast<uint64_t>(latency.count()));
}

LegLedger::Settled StunJudge::Settle(uint64_t number) {
  LegLedger::Settled total;
  if (number <= schedule_.first_measured) return total;
  for (size_t i = 0; i < ledgers_.size(); ++i) {
    const LegLedger::Settled settled = ledgers_[i].SettleBefore(schedule_.OwnBefore(i, number));
    total.expected += settled.expected;
    total.lost += settled.lost;
  }
  return total;
}

void StunJudge::Take(Arrivals& out) {
  std::swap(out, arrivals_);
  arrivals_.Clear();
}

StunLoad::StunLoad(const StunSchedule& schedule, const TransportAddress& server,
                   std::vector<net::UdpSocket> sockets)
    : schedule_(schedule),
      server_(server),
      sockets_(std::move(sockets)),
      judge_(schedule, AddressesOf(sockets_)),
      log_(stats_),
      batch_(kMessages, kMessageBytes) {}

StunLoad::~StunLoad() {
  Stop();
  if (sender_.joinable()) sender_.join();
  end_ns_.store(1);
  if (receiver_.joinable()) receiver_.join();
}

absl::Status StunLoad::Start() {
  epoll_ = net::UniqueFd(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_) return absl::ErrnoToStatus(errno, "epoll_create1");
  for (size_t i = 0; i < sockets_.size(); ++i) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, sockets_[i].fd.get(), &event) != 0) {
      return absl::ErrnoToStatus(errno, "epoll_ctl");
    }
  }
  receiver_ = std::thread([this] { Receive(); });
  sender_ = std::thread([this] { Send(); });
  return absl::OkStatus();
}

void StunLoad::Send() {
  NameThisThread("bench-send");
  PrepareForSchedule();
  const TimePoint latest = schedule_.Due(schedule_.end) + kMaxOverrun;
  for (uint64_t number = 0; number < schedule_.end;) {
    const TimePoint now = MonotonicNow();
    if (stop_sending_.load(std::memory_order_relaxed) || now >= latest) return;
    if (schedule_.Due(number) > now) {
      SleepTowards(schedule_.Due(number));
      continue;
    }
    // All that is due by now, of this source.
    uint32_t count = 1;
    while (number % kTurn + count < kTurn && number + count < schedule_.end &&
           schedule_.Due(number + count) <= now) {
      ++count;
    }
    for (uint32_t i = 0; i < count; ++i) Count(number + i, now);
    generated_.failed_sends += count - SendRequests(number, count);
    number += count;
    next_number_.store(number, std::memory_order_release);
  }
}

uint32_t StunLoad::SendRequests(uint64_t first, uint32_t count) {
  const int fd = sockets_[schedule_.SourceOf(first)].fd.get();
  net::SocketAddress to;
  const socklen_t to_size = net::ToSocketAddress(server_, to);
  std::array<std::array<uint8_t, stun::kHeaderSize>, kTurn> requests;
  std::array<iovec, kTurn> parts;
  std::array<mmsghdr, kTurn> messages{};
  for (uint32_t i = 0; i < count; ++i) {
    const stun::MessageBuilder request(requests[i], stun::MessageClass::kRequest,
                                       stun::Method::kBinding, schedule_.IdOf(first + i));
    parts[i] = {requests[i].data(), request.size()};
    messages[i].msg_hdr = {
        .msg_name = &to, .msg_namelen = to_size, .msg_iov = &parts[i], .msg_iovlen = 1};
  }
  uint32_t sent = 0;
  while (sent < count) {
    const int n = sendmmsg(fd, messages.data() + sent, count - sent, MSG_DONTWAIT);
    const int error = errno;
    if (n > 0) {
      sent += static_cast<uint32_t>(n);
      continue;
    }
    pollfd wanted{.fd = fd, .events = POLLOUT, .revents = 0};
    if (error == EAGAIN && poll(&wanted, 1, kRoomTimeoutMs) > 0) continue;
    if (generated_.first_failure.empty()) generated_.first_failure = std::strerror(error);
    break;
  }
  return sent;
}

void StunLoad::Count(uint64_t number, TimePoint now) {
  if (number < schedule_.first_measured) return;
  const auto lag = static_cast<uint64_t>((now - schedule_.Due(number)).count());
  generated_.lag.Record(lag);
  stats_.Count(1, stun::kHeaderSize, lag);
}

void StunLoad::Receive() {
  NameThisThread("bench-receive");
  std::array<epoll_event, kEvents> events;
  const TimePoint begin = schedule_.Due(schedule_.first_measured);
  const TimePoint end = schedule_.Due(schedule_.end);
  do {
    const int ready = epoll_wait(epoll_.get(), events.data(), kEvents, kWaitMs);
    batch_.ReadClocks();
    for (int e = 0; e < ready; ++e) {
      const size_t source = events[static_cast<size_t>(e)].data.u64;
      const size_t count = batch_.Receive(sockets_[source].fd.get());
      for (size_t i = 0; i < count; ++i) {
        const ReceiveBatch::Message message = batch_.message(i);
        last_arrival_ = std::max(last_arrival_, message.arrival);
        judge_.CountBytes(message.bytes.size());
        judge_.OnDatagram(source, message.bytes, message.arrival);
      }
    }
    if (!measuring_ && batch_.now() >= begin) {
      measuring_ = true;
      judge_.ForgetWarmUp();
      log_.Begin(begin);
    }
    const TimePoint cut = log_.cut() + kIntervalLength;
    if (measuring_ && batch_.now() >= cut && cut < end) Cut(cut);
  } while (!Drained());
}

bool StunLoad::Drained() const {
  const int64_t end_ns = end_ns_.load(std::memory_order_acquire);
  if (end_ns == 0) return false;
  const TimePoint end{Duration(end_ns)};
  const TimePoint now = batch_.now();
  return now >= std::max(end, last_arrival_) + kQuiet || now >= end + kMaxDrain;
}

void StunLoad::Cut(TimePoint at) {
  const LegLedger::Settled earlier = judge_.Settle(sent_at_cut_);
  judge_.Take(arrivals_);
  log_.Cut(at, arrivals_, earlier, {});
  sent_at_cut_ = next_number_.load(std::memory_order_acquire);
}

GeneratorResult StunLoad::FinishSending() {
  sender_.join();
  return std::move(generated_);
}

ReceivedResult StunLoad::FinishReceiving(TimePoint end) {
  end_ns_.store(end.time_since_epoch().count(), std::memory_order_release);
  receiver_.join();
  if (measuring_ && end > log_.cut()) Cut(end);
  ReceivedResult result = log_.Finish(judge_.Settle(next_number_.load(std::memory_order_acquire)));
  for (const net::UdpSocket& socket : sockets_) result.socket_drops += SocketDrops(socket.fd.get());
  return result;
}

}  // namespace baton::bench
