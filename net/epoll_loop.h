// The epoll back end, for where io_uring is forbidden: recvmmsg on each socket that is ready,
// sendmmsg for all messages that leave by one socket.
//
// - Level-triggered, so nothing is forgotten that a batch had no room for; sockets that are ready
//   together share a batch, so that a flooded one does not silence the others.
// - While every receive buffer is held, a ready socket would make epoll return at once, again and
//   again: then only the wake-up is waited for.
// - sendmmsg stops at a message that the kernel refuses, and tells why only if it is the first one:
//   the next call begins there, and a refused first message is counted and passed over.
//
// `Calls` is KernelCalls, or something that puts failures in front of them.
#pragma once

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "net/kernel_calls.h"
#include "net/loop_parts.h"
#include "net/rx_slots.h"

namespace baton::net {

template <class Calls = KernelCalls>
class EpollLoop final : public EventLoop {
 public:
  // `config` is valid, and `sockets` are those that it names.
  static absl::StatusOr<std::unique_ptr<EpollLoop>> Open(const EventLoopConfig& config,
                                                         std::vector<UdpSocket> sockets);
  static size_t BytesFor(const EventLoopConfig& config) {
    return RxBuffers::BytesFor(config.rx_buffers, ReceiveSize(config)) +
           RxSlots::BytesFor(kReceiveAtOnce) + TxMessages::BytesFor(config.destinations) +
           RxBatch::BytesFor(config.max_batch);
  }

  std::span<const Datagram> Receive(TimePoint deadline) override;
  void Send(const TxBatch& batch) override;
  void Wake() override { parts_.wake.Signal(); }
  IoBackend backend() const override { return IoBackend::kEpoll; }
  BufferRefs& buffers() override { return parts_.buffers.refs(); }
  const LoopCounters& counters() const override { return parts_.counters; }
  std::span<const BoundSocket> sockets() const override { return parts_.bound; }

  // For whoever put failures in front of the calls.
  Calls& calls() { return calls_; }

 private:
  static constexpr uint32_t kWakeEvent = kMaxSockets;

  EpollLoop(const EventLoopConfig& config, std::vector<UdpSocket> sockets)
      : parts_(config, std::move(sockets), ReceiveSize(config), /*nonblocking_wake=*/true),
        slots_(kReceiveAtOnce, ReceiveSize(config), parts_.buffers) {}

  absl::Status Watch(int fd, uint32_t data);
  // Waits, and notes which sockets are ready.
  void Wait(TimePoint deadline);
  void WaitWithoutBuffers(const timespec* timeout);
  void NoticeWake();
  // One round: a share of the free slots for each socket that is ready. Who had less to give is not
  // ready any more.
  void ReceiveRound();
  // False if the socket had less than `quota`.
  bool ReceiveFrom(SocketIndex socket, size_t quota);
  void SubmitMessages(SocketIndex socket, size_t count);

  LoopParts parts_;
  RxSlots slots_;
  UniqueFd epoll_;
  std::array<SocketIndex, kMaxSockets> ready_{};
  size_t ready_count_ = 0;
  bool started_ = false;
  Calls calls_;
};

template <class Calls>
absl::StatusOr<std::unique_ptr<EpollLoop<Calls>>> EpollLoop<Calls>::Open(
    const EventLoopConfig& config, std::vector<UdpSocket> sockets) {
  std::unique_ptr<EpollLoop> loop(new EpollLoop(config, std::move(sockets)));
  if (loop->parts_.wake.fd() < 0) return absl::ErrnoToStatus(errno, "eventfd");
  loop->epoll_ = UniqueFd(epoll_create1(EPOLL_CLOEXEC));
  if (!loop->epoll_) return absl::ErrnoToStatus(errno, "epoll_create1");
  absl::Status status = loop->Watch(loop->parts_.wake.fd(), kWakeEvent);
  for (size_t i = 0; status.ok() && i < loop->parts_.sockets.size(); ++i) {
    status = loop->Watch(loop->parts_.sockets[i].get(), static_cast<uint32_t>(i));
  }
  if (!status.ok()) return status;
  return loop;
}

template <class Calls>
absl::Status EpollLoop<Calls>::Watch(int fd, uint32_t data) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u32 = data;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, "epoll_ctl");
}

template <class Calls>
std::span<const Datagram> EpollLoop<Calls>::Receive(TimePoint deadline) {
  parts_.batch.Clear();
  parts_.buffers.CollectFreed();
  slots_.Refill();
  Wait(deadline);
  if (ready_count_ > 0) parts_.batch.ReadClocks();
  while (ready_count_ > 0 && parts_.batch.room() && slots_.ready() > 0) {
    ReceiveRound();
    slots_.Refill();
  }
  return parts_.batch.datagrams();
}

template <class Calls>
void EpollLoop<Calls>::ReceiveRound() {
  size_t still_ready = 0;
  for (size_t i = 0; i < ready_count_ && slots_.ready() > 0; ++i) {
    const size_t sharers = ready_count_ - i;
    const SocketIndex socket = ready_[i];
    if (ReceiveFrom(socket, (slots_.ready() + sharers - 1) / sharers)) {
      ready_[still_ready++] = socket;
    }
  }
  ready_count_ = still_ready;
}

template <class Calls>
void EpollLoop<Calls>::Wait(TimePoint deadline) {
  const TimePoint now = MonotonicNow();
  if (!std::exchange(started_, true)) parts_.busy.Start(now);
  parts_.busy.Stop(now);

  timespec timeout{};
  if (deadline > now) {
    const auto wait = deadline - now;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(wait);
    timeout = {static_cast<time_t>(seconds.count()), static_cast<long>((wait - seconds).count())};
  }
  const timespec* const at_most = deadline == kNever ? nullptr : &timeout;

  ready_count_ = 0;
  if (slots_.ready() == 0) {
    WaitWithoutBuffers(at_most);
  } else {
    std::array<epoll_event, kMaxSockets + 1> events;
    const int count = calls_.WaitReady(epoll_.get(), events.data(), events.size(), at_most);
    for (int i = 0; i < count; ++i) {
      if (events[i].data.u32 == kWakeEvent) {
        NoticeWake();
      } else {
        ready_[ready_count_++] = static_cast<SocketIndex>(events[i].data.u32);
      }
    }
  }
  parts_.busy.Start(MonotonicNow());
}

template <class Calls>
void EpollLoop<Calls>::WaitWithoutBuffers(const timespec* timeout) {
  parts_.counters.rx_shortages.Add();
  if (calls_.WaitReadable(parts_.wake.fd(), timeout) > 0) NoticeWake();
}

template <class Calls>
void EpollLoop<Calls>::NoticeWake() {
  uint64_t value = 0;
  if (read(parts_.wake.fd(), &value, sizeof value) != sizeof value) return;
  parts_.wake.Clear();
  parts_.counters.wakeups.Add();
}

template <class Calls>
bool EpollLoop<Calls>::ReceiveFrom(SocketIndex socket, size_t quota) {
  const int count =
      calls_.ReceiveMany(parts_.sockets[socket].get(), slots_.next(), static_cast<unsigned>(quota));
  if (count < 0 && count != -EAGAIN && count != -EINTR) parts_.counters.rx_errors.Add();
  for (int i = 0; i < count; ++i) {
    const mmsghdr& message = *slots_.next();
    const BufferId buffer = slots_.next_buffer();
    slots_.Use();
    parts_.batch.Add(socket, buffer, message.msg_hdr,
                     Bytes(parts_.buffers.data(buffer), message.msg_len));
  }
  return count == static_cast<int>(quota);
}

template <class Calls>
void EpollLoop<Calls>::Send(const TxBatch& batch) {
  for (size_t i = 0; i < parts_.sockets.size(); ++i) {
    const auto socket = static_cast<SocketIndex>(i);
    parts_.messages.Start(batch, socket);
    size_t count = parts_.messages.Fill();
    if (i == 0) batch.Reached(BatchStage::kSubmitted);
    for (; count > 0; count = parts_.messages.Fill()) SubmitMessages(socket, count);
  }
}

template <class Calls>
void EpollLoop<Calls>::SubmitMessages(SocketIndex socket, size_t count) {
  size_t done = 0;
  while (done < count) {
    const int taken =
        calls_.SendMany(parts_.sockets[socket].get(), parts_.messages.headers() + done,
                        static_cast<unsigned>(count - done));
    if (taken == -EINTR) continue;
    if (taken < 0) {
      parts_.messages.Account(done++, taken);
      continue;
    }
    parts_.counters.tx_submissions.Add();
    for (int i = 0; i < taken; ++i) parts_.messages.Account(done++, 0);
  }
}

}  // namespace baton::net
