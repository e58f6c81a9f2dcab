#include "tests/sim/kernel/sim_ring.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "tests/sim/engine/virtual_clock.h"

namespace baton::sim {
namespace {

// The kernel interrupts a multishot receive after so many.
constexpr size_t kMultishotLimit = 32;

}  // namespace

absl::Status SimRing::Open(const net::KernelRing::Sizes& sizes) {
  sizes_ = sizes;
  entries_.resize(sizes.submissions);
  return absl::OkStatus();
}

void SimRing::Enable() { receives_.resize(sockets().sockets()); }

// --------------------------------------------------------------------------------- submitting

io_uring_sqe* SimRing::NextEntry() {
  if (unsubmitted() == entries_.size()) return nullptr;
  io_uring_sqe& entry = entries_[prepared_++ % entries_.size()];
  entry = {};
  return &entry;
}

int SimRing::Submit() {
  DoesNotWait();
  if (Faulty(faults().interrupted)) return random().OneIn(2) ? -EAGAIN : -EBUSY;
  const size_t count = unsubmitted();
  return SubmitSome(Faulty(faults().partial) ? random().Below(count + 1) : count);
}

int SimRing::SubmitAndRun() {
  DoesNotWait();
  const int taken = SubmitSome(unsubmitted());
  // What had no room in the queue of completions goes there now.
  completions_.insert(completions_.end(), kept_back_.begin(), kept_back_.end());
  kept_back_.clear();
  RunWake();
  for (const SocketIndex socket : ReadySockets()) {
    if (receives_[socket].armed) RunReceive(socket);
  }
  return taken;
}

int SimRing::SubmitAndWait(__kernel_timespec* timeout) {
  DoesNotWait();
  if (Faulty(faults().interrupted)) return -EINTR;
  const int taken = SubmitAndRun();
  if (completions_.empty()) ReleaseLate();
  if (!completions_.empty() || !kept_back_.empty()) return taken;
  if (timeout == nullptr) {
    WaitsForEver();
    return taken;
  }
  WaitsFor(std::chrono::seconds(timeout->tv_sec) + std::chrono::nanoseconds(timeout->tv_nsec));
  return -ETIME;
}

int SimRing::SubmitSome(size_t count) {
  for (size_t i = 0; i < count; ++i) Execute(entries_[submitted_++ % entries_.size()]);
  return static_cast<int>(count);
}

void SimRing::Execute(const io_uring_sqe& entry) {
  switch (entry.opcode) {
    case IORING_OP_READ:
      BATON_CHECK(!wake_read_);
      wake_read_ = entry;
      break;
    case IORING_OP_RECVMSG: {
      BATON_CHECK((entry.ioprio & IORING_RECV_MULTISHOT) != 0);
      BATON_CHECK((entry.flags & IOSQE_BUFFER_SELECT) != 0);
      Receive& receive = receives_[sockets().SocketOf(entry.fd)];
      BATON_CHECK(!receive.armed);
      receive = {true, entry.user_data, reinterpret_cast<const msghdr*>(entry.addr)};
      break;
    }
    case IORING_OP_SENDMSG:
      ExecuteSend(entry);
      break;
    case IORING_OP_ASYNC_CANCEL:
      ExecuteCancel(entry);
      break;
    default:
      BATON_CHECK(false);
  }
}

void SimRing::ExecuteSend(const io_uring_sqe& entry) {
  // Without it the kernel would keep the message until there is room.
  BATON_CHECK((entry.msg_flags & MSG_DONTWAIT) != 0);
  const int result = sockets().Write(VirtualClock::now(), sockets().SocketOf(entry.fd),
                                     *reinterpret_cast<const msghdr*>(entry.addr));
  if (Faulty(faults().late)) {
    late_.push_back({entry.user_data, result, 0});
  } else {
    Complete(entry.user_data, result, 0);
  }
}

void SimRing::ExecuteCancel(const io_uring_sqe& entry) {
  int32_t cancelled = 0;
  for (Receive& receive : receives_) {
    if (!receive.armed) continue;
    receive.armed = false;
    Complete(receive.user_data, -ECANCELED, 0);
    ++cancelled;
  }
  if (wake_read_) {
    Complete(wake_read_->user_data, -ECANCELED, 0);
    wake_read_.reset();
    ++cancelled;
  }
  Complete(entry.user_data, cancelled, 0);
}

// ---------------------------------------------------------------------------------- receiving

void SimRing::AddBuffer(uint16_t id, uint8_t* data, size_t size) {
  added_.push_back({id, data, size});
}

void SimRing::PublishBuffers() {
  buffers_.insert(buffers_.end(), added_.begin(), added_.end());
  added_.clear();
  BATON_CHECK(buffers_.size() <= sizes_.buffers);
}

void SimRing::RunReceive(SocketIndex socket) {
  Receive& receive = receives_[socket];
  for (size_t i = 0; i < kMultishotLimit && receive.armed && sockets().HasData(socket); ++i) {
    if (buffers_.empty() || Faulty(faults().stolen_buffers)) {
      receive.armed = false;
      return Complete(receive.user_data, -ENOBUFS, 0);
    }
    const bool ends = Faulty(faults().disarmed);
    if (ends && random().OneIn(4)) {
      receive.armed = false;
      return Complete(receive.user_data, -ENOMEM, 0);
    }
    CompleteReceive(socket, ends);
  }
}

// Laid out as net/uring_layout.h says.
void SimRing::CompleteReceive(SocketIndex socket, bool last) {
  Receive& receive = receives_[socket];
  const ProvidedBuffer buffer = buffers_.front();
  buffers_.pop_front();
  const size_t name_room = receive.header->msg_namelen;
  const size_t control_room = receive.header->msg_controllen;
  const size_t payload_at = sizeof(io_uring_recvmsg_out) + name_room + control_room;
  msghdr message{};
  message.msg_name = buffer.data + sizeof(io_uring_recvmsg_out);
  message.msg_namelen = static_cast<socklen_t>(name_room);
  message.msg_control = buffer.data + sizeof(io_uring_recvmsg_out) + name_room;
  message.msg_controllen = control_room;
  const size_t size = sockets().Read(
      socket, message, MutableBytes(buffer.data + payload_at, buffer.size - payload_at));
  const io_uring_recvmsg_out out{
      static_cast<uint32_t>(message.msg_namelen), static_cast<uint32_t>(message.msg_controllen),
      static_cast<uint32_t>(size), static_cast<uint32_t>(message.msg_flags)};
  std::memcpy(buffer.data, &out, sizeof out);
  // The kernel ends a receive with an empty datagram too.
  if (size == 0 || last) receive.armed = false;
  Complete(receive.user_data, static_cast<int32_t>(payload_at + size),
           IORING_CQE_F_BUFFER | uint32_t{buffer.id} << IORING_CQE_BUFFER_SHIFT |
               (receive.armed ? IORING_CQE_F_MORE : 0));
}

void SimRing::RunWake() {
  if (!wake_read_ || !WasWoken(wake_read_->fd)) return;
  void* const to = reinterpret_cast<void*>(wake_read_->addr);
  const ssize_t size = read(wake_read_->fd, to, wake_read_->len);
  Complete(wake_read_->user_data, static_cast<int32_t>(size), 0);
  wake_read_.reset();
}

// -------------------------------------------------------------------------------- completions

void SimRing::Complete(uint64_t user_data, int32_t result, uint32_t flags) {
  // Once something is kept back, all that follows is, or it would overtake.
  const bool full = completions_.size() >= sizes_.completions || !kept_back_.empty() ||
                    Faulty(faults().kept_back);
  (full ? kept_back_ : completions_).push_back({user_data, result, flags});
}

void SimRing::ReleaseLate() {
  if (late_.empty()) return;
  completions_.push_back(late_.front());
  late_.pop_front();
}

size_t SimRing::Take(std::span<net::Completion> out) {
  if (!late_.empty() && random().OneIn(2)) ReleaseLate();
  const size_t count = std::min(out.size(), completions_.size());
  std::copy_n(completions_.begin(), count, out.begin());
  completions_.erase(completions_.begin(),
                     completions_.begin() + static_cast<std::ptrdiff_t>(count));
  return count;
}

}  // namespace baton::sim
