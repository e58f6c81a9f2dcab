// The io_uring back end: one multishot recvmsg for each socket into a ring of provided buffers, and
// one SENDMSG for each message, many of them to a system call.
//
// - A multishot receive ends whenever the kernel likes (no buffer left, completion queue full, an
//   error, an empty datagram) and says so only by the missing IORING_CQE_F_MORE. Every completion
//   is looked at for it, and what has ended is armed again by the next Receive() that has buffers.
// - The ring of provided buffers is first in, first out, so it is kept short and topped up from the
//   stack of free buffers: the hottest ones circulate, the rest are a reserve.
// - Sends carry MSG_DONTWAIT: without it the kernel would keep a message that finds the socket
//   full, and its buffers, until there is room. So they complete while they are submitted; one that
//   does not is waited for. What arrives meanwhile is queued for the next Receive().
// - The completion queue has room for all that can be under way, so it does not overflow; if it
//   does all the same, the kernel is asked for what it kept back.
//
// `Ring` is KernelRing, or something that puts failures in front of one.
#pragma once

#include <errno.h>
#include <liburing.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/check.h"
#include "base/clock.h"
#include "net/kernel_ring.h"
#include "net/loop_parts.h"
#include "net/rx_queue.h"
#include "net/uring_layout.h"

namespace baton::net {

template <class Ring = KernelRing>
class UringLoop final : public EventLoop {
 public:
  // `config` is valid, and `sockets` are those that it names.
  static absl::StatusOr<std::unique_ptr<UringLoop>> Open(const EventLoopConfig& config,
                                                         std::vector<UdpSocket> sockets);
  static size_t BytesFor(const EventLoopConfig& config);
  ~UringLoop() override;

  std::span<const Datagram> Receive(TimePoint deadline) override;
  void Send(const TxBatch& batch) override;
  void Wake() override { parts_.wake.Signal(); }
  IoBackend backend() const override { return IoBackend::kUring; }
  BufferRefs& buffers() override { return parts_.buffers.refs(); }
  const LoopCounters& counters() const override { return parts_.counters; }
  std::span<const BoundSocket> sockets() const override { return parts_.bound; }

  // For whoever put failures in front of the ring.
  Ring& ring() { return ring_; }

 private:
  // What a completion is about, in the high half of its user_data; an index is in the low half.
  enum class Kind : uint32_t { kReceive, kSend, kWake, kCancel };

  // Room for the messages of one submission and for everything that is armed beside them.
  static constexpr unsigned kSubmissions = 1024;
  // The kernel interrupts a multishot receive after so many (its MULTISHOT_MAX_RETRY) and goes on
  // with the next call: a call that brought as many may have left more behind.
  static constexpr size_t kMultishotLimit = 32;
  // Buffers that the kernel has at most.
  static constexpr size_t kProvided = 64;
  static_assert(kSubmissions >= TxMessages::kCapacity + kMaxSockets + 2);

  UringLoop(const EventLoopConfig& config, std::vector<UdpSocket> sockets)
      : provided_max_(ProvidedMax(config)),
        receive_size_(kUringHeaderSize + ReceiveSize(config)),
        parts_(config, std::move(sockets), receive_size_, /*nonblocking_wake=*/false),
        queue_(config.rx_buffers),
        armed_(parts_.sockets.size(), false) {}

  static unsigned ProvidedMax(const EventLoopConfig& config) {
    return static_cast<unsigned>(std::bit_floor(std::min(kProvided, config.rx_buffers)));
  }
  static unsigned Completions(const EventLoopConfig& config) {
    return std::bit_ceil(ProvidedMax(config) + 2 * kSubmissions);
  }

  // On the thread that will own the loop.
  void Start();
  void ProvideBuffers();
  void Arm();
  size_t Fetch(TimePoint deadline);
  void RunOrWait(TimePoint deadline);
  void FillBatch();

  void SubmitMessages(size_t count);
  void Reap();
  void Dispatch(const Completion& completion);
  void OnReceive(SocketIndex socket, const Completion& completion);

  bool AnythingArmed() const;
  io_uring_sqe* NextEntry(Kind kind, size_t index);
  // Passes the result of a system call through. All but these would mean that the ring is broken.
  static int Expect(int result) {
    BATON_CHECK(result >= 0 || result == -EAGAIN || result == -EBUSY || result == -EINTR ||
                result == -ETIME || result == -ENOMEM);
    return result;
  }

  unsigned provided_max_;
  size_t receive_size_;
  LoopParts parts_;
  RxQueue queue_;
  msghdr receive_header_ = UringReceiveHeader();
  std::vector<bool> armed_;  // by socket: a receive is under way
  unsigned provided_ = 0;    // buffers that the kernel has
  bool wake_armed_ = false;
  bool woken_ = false;  // since the last Receive()
  uint64_t wake_value_ = 0;
  size_t sends_pending_ = 0;
  bool started_ = false;
  std::thread::id owner_;
  Ring ring_;  // last, so that it is closed before the memory that the kernel writes to is freed
};

template <class Ring>
absl::StatusOr<std::unique_ptr<UringLoop<Ring>>> UringLoop<Ring>::Open(
    const EventLoopConfig& config, std::vector<UdpSocket> sockets) {
  std::unique_ptr<UringLoop> loop(new UringLoop(config, std::move(sockets)));
  if (loop->parts_.wake.fd() < 0) return absl::ErrnoToStatus(errno, "eventfd");
  const KernelRing::Sizes sizes{kSubmissions, Completions(config), loop->provided_max_};
  if (absl::Status status = loop->ring_.Open(sizes); !status.ok()) return status;
  return loop;
}

template <class Ring>
size_t UringLoop<Ring>::BytesFor(const EventLoopConfig& config) {
  return RxBuffers::BytesFor(config.rx_buffers, kUringHeaderSize + ReceiveSize(config)) +
         RxQueue::BytesFor(config.rx_buffers) + TxMessages::BytesFor(config.destinations) +
         RxBatch::BytesFor(config.max_batch) + kSubmissions * sizeof(io_uring_sqe) +
         Completions(config) * sizeof(io_uring_cqe) + ProvidedMax(config) * sizeof(io_uring_buf);
}

// Closing a ring lets go of its sockets some time later. Cancelling first means that the ports are
// free when this returns.
template <class Ring>
UringLoop<Ring>::~UringLoop() {
  if (!started_ || owner_ != std::this_thread::get_id()) return;
  io_uring_prep_cancel(NextEntry(Kind::kCancel, 0), nullptr,
                       IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL);
  constexpr int kMaxWaits = 100;
  for (int i = 0; i < kMaxWaits && AnythingArmed(); ++i) {
    __kernel_timespec timeout{0, 10'000'000};
    Expect(ring_.SubmitAndWait(&timeout));
    Reap();
  }
}

template <class Ring>
std::span<const Datagram> UringLoop<Ring>::Receive(TimePoint deadline) {
  if (!started_) Start();
  parts_.batch.Clear();
  size_t fetched = Fetch(deadline);
  FillBatch();
  while (fetched >= kMultishotLimit && parts_.batch.room()) {
    fetched = Fetch(TimePoint{});
    FillBatch();
  }
  woken_ = false;
  return parts_.batch.datagrams();
}

// Returns how many buffers came in.
template <class Ring>
size_t UringLoop<Ring>::Fetch(TimePoint deadline) {
  const size_t before = queue_.size();
  parts_.buffers.CollectFreed();
  ProvideBuffers();
  Arm();
  RunOrWait(deadline);
  Reap();
  return queue_.size() - before;
}

template <class Ring>
void UringLoop<Ring>::Send(const TxBatch& batch) {
  if (!started_) Start();
  parts_.messages.Start(batch, std::nullopt);
  size_t count = parts_.messages.Fill();
  batch.Reached(BatchStage::kSubmitted);
  for (; count > 0; count = parts_.messages.Fill()) SubmitMessages(count);
}

template <class Ring>
void UringLoop<Ring>::Start() {
  started_ = true;
  owner_ = std::this_thread::get_id();
  ring_.Enable();
  parts_.busy.Start(MonotonicNow());
}

template <class Ring>
void UringLoop<Ring>::ProvideBuffers() {
  while (provided_ < provided_max_ && parts_.buffers.free() > 0) {
    const BufferId id = parts_.buffers.Take();
    ring_.AddBuffer(static_cast<uint16_t>(id), parts_.buffers.data(id), receive_size_);
    ++provided_;
  }
  ring_.PublishBuffers();
}

template <class Ring>
void UringLoop<Ring>::Arm() {
  if (!wake_armed_) {
    io_uring_prep_read(NextEntry(Kind::kWake, 0), parts_.wake.fd(), &wake_value_,
                       sizeof wake_value_, 0);
    wake_armed_ = true;
  }
  // Without buffers a receive would end at once.
  if (provided_ == 0) return;
  for (size_t i = 0; i < armed_.size(); ++i) {
    if (armed_[i]) continue;
    io_uring_sqe* entry = NextEntry(Kind::kReceive, i);
    io_uring_prep_recvmsg_multishot(entry, parts_.sockets[i].get(), &receive_header_, 0);
    entry->flags |= IOSQE_BUFFER_SELECT;
    entry->buf_group = KernelRing::kBufferGroup;
    armed_[i] = true;
    parts_.counters.rx_rearms.Add();
  }
}

template <class Ring>
void UringLoop<Ring>::RunOrWait(TimePoint deadline) {
  const TimePoint now = MonotonicNow();
  parts_.busy.Stop(now);
  if (!queue_.empty() || woken_ || deadline <= now) {
    Expect(ring_.SubmitAndRun());
  } else if (deadline == kNever) {
    Expect(ring_.SubmitAndWait(nullptr));
    parts_.busy.Start(MonotonicNow());
  } else {
    const auto wait = deadline - now;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(wait);
    __kernel_timespec timeout{seconds.count(), (wait - seconds).count()};
    Expect(ring_.SubmitAndWait(&timeout));
    parts_.busy.Start(MonotonicNow());
  }
}

template <class Ring>
void UringLoop<Ring>::FillBatch() {
  if (queue_.empty()) return;
  parts_.batch.ReadClocks();
  while (!queue_.empty() && parts_.batch.room()) {
    const ReceivedBuffer received = queue_.Pop();
    const UringMessage message =
        ParseUringMessage(parts_.buffers.data(received.buffer), received.size);
    parts_.batch.Add(received.socket, received.buffer, message.header, message.payload);
  }
}

template <class Ring>
void UringLoop<Ring>::SubmitMessages(size_t count) {
  for (size_t i = 0; i < count; ++i) {
    io_uring_prep_sendmsg(NextEntry(Kind::kSend, i),
                          parts_.sockets[parts_.messages.socket(i)].get(),
                          &parts_.messages.headers()[i].msg_hdr, MSG_DONTWAIT);
  }
  sends_pending_ = count;
  // Once, unless the kernel took only a part (it is short of memory, or of room for completions) or
  // completes something later.
  while (sends_pending_ > 0) {
    const bool rest = ring_.unsubmitted() > 0;
    const int taken = Expect(rest ? ring_.Submit() : ring_.SubmitAndWait(nullptr));
    if (rest && taken > 0) parts_.counters.tx_submissions.Add();
    if (taken < 0) Expect(ring_.SubmitAndRun());
    Reap();
  }
}

template <class Ring>
void UringLoop<Ring>::Reap() {
  std::array<Completion, 64> completions;
  for (;;) {
    while (const size_t taken = ring_.Take(completions)) {
      for (size_t i = 0; i < taken; ++i) Dispatch(completions[i]);
    }
    if (!ring_.overflowed()) return;
    parts_.counters.cq_overflows.Add();
    Expect(ring_.SubmitAndRun());
  }
}

template <class Ring>
void UringLoop<Ring>::Dispatch(const Completion& completion) {
  const auto index = static_cast<uint32_t>(completion.user_data);
  switch (static_cast<Kind>(completion.user_data >> 32)) {
    case Kind::kReceive:
      OnReceive(static_cast<SocketIndex>(index), completion);
      break;
    case Kind::kSend:
      parts_.messages.Account(index, completion.result);
      --sends_pending_;
      break;
    case Kind::kWake:
      wake_armed_ = false;
      if (completion.result < 0) break;
      woken_ = true;
      parts_.wake.Clear();
      parts_.counters.wakeups.Add();
      break;
    case Kind::kCancel:
      break;
  }
}

template <class Ring>
void UringLoop<Ring>::OnReceive(SocketIndex socket, const Completion& completion) {
  if (!completion.more()) armed_[socket] = false;
  if (completion.has_buffer()) --provided_;
  if (completion.result >= 0 && completion.has_buffer()) {
    queue_.Push({BufferId{completion.buffer()}, socket, static_cast<uint32_t>(completion.result)});
    return;
  }
  if (completion.has_buffer()) parts_.buffers.Return(BufferId{completion.buffer()});
  if (completion.result == -ENOBUFS) {
    // With buffers in reserve it only means that much came at once.
    if (parts_.buffers.free() == 0) parts_.counters.rx_shortages.Add();
  } else if (completion.result < 0 && completion.result != -ECANCELED) {
    parts_.counters.rx_errors.Add();
  }
}

template <class Ring>
bool UringLoop<Ring>::AnythingArmed() const {
  if (wake_armed_) return true;
  for (const bool armed : armed_) {
    if (armed) return true;
  }
  return false;
}

template <class Ring>
io_uring_sqe* UringLoop<Ring>::NextEntry(Kind kind, size_t index) {
  io_uring_sqe* entry = ring_.NextEntry();
  // kSubmissions has room for all; sends are submitted before Send() returns.
  BATON_CHECK(entry != nullptr);
  // The io_uring_prep_ functions of liburing 2.3 leave user_data alone.
  io_uring_sqe_set_data64(entry, uint64_t{static_cast<uint32_t>(kind)} << 32 | index);
  return entry;
}

}  // namespace baton::net
