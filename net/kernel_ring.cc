#include "net/kernel_ring.h"

#include <errno.h>

#include <array>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/check.h"
#include "net/resource_limits.h"

namespace baton::net {
namespace {

absl::Status Refused(absl::string_view step, int error) {
  std::string text = absl::StrCat(step, ": ", std::strerror(error));
  switch (error) {
    case ENOSYS:
      absl::StrAppend(&text, " (this kernel has no io_uring, or a seccomp filter hides it)");
      break;
    case EPERM:
    case EACCES:
      absl::StrAppend(&text,
                      " (a seccomp filter, as containers have by default, or the sysctl"
                      " kernel.io_uring_disabled forbids it)");
      break;
    case ENOMEM:
      absl::StrAppend(&text, " (", DescribeMemlockLimit(), ")");
      break;
    case EINVAL:
      absl::StrAppend(&text, " (the kernel is too old: 6.0 or later is needed)");
      break;
    default:
      break;
  }
  return absl::ErrnoToStatus(error, text);
}

}  // namespace

KernelRing::~KernelRing() {
  if (open_) io_uring_queue_exit(&ring_);
  if (buffers_ != nullptr) munmap(buffers_, buffers_bytes_);
}

absl::Status KernelRing::Open(const Sizes& sizes) {
  if (absl::Status status = OpenRing(sizes); !status.ok()) return status;
  return OpenBufferRing(sizes.buffers);
}

absl::Status KernelRing::OpenRing(const Sizes& sizes) {
  // SUBMIT_ALL: a send that fails must not hold up those behind it. R_DISABLED: SINGLE_ISSUER is
  // about the thread that enables the ring, not the one that opens it.
  constexpr unsigned kAlways =
      IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL | IORING_SETUP_R_DISABLED;
  // With DEFER_TASKRUN (6.1) receives run when we ask and interrupt nothing; before that, the next
  // best.
  constexpr std::array<unsigned, 2> kVariants = {
      IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN, IORING_SETUP_COOP_TASKRUN};
  int error = 0;
  for (const unsigned variant : kVariants) {
    io_uring_params params{};
    params.flags = kAlways | variant;
    params.cq_entries = sizes.completions;
    error = -io_uring_queue_init_params(sizes.submissions, &ring_, &params);
    if (error == 0) {
      open_ = true;
      return absl::OkStatus();
    }
    if (error != EINVAL) break;
  }
  return Refused("io_uring_setup", error);
}

absl::Status KernelRing::OpenBufferRing(unsigned buffers) {
  buffers_bytes_ = buffers * sizeof(io_uring_buf);
  void* memory =
      mmap(nullptr, buffers_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return Refused("memory for the ring of receive buffers", errno);
  buffers_ = static_cast<io_uring_buf_ring*>(memory);
  io_uring_buf_ring_init(buffers_);
  buffers_mask_ = io_uring_buf_ring_mask(buffers);
  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<uintptr_t>(buffers_);
  registration.ring_entries = buffers;
  registration.bgid = kBufferGroup;
  const int error = -io_uring_register_buf_ring(&ring_, &registration, 0);
  return error == 0 ? absl::OkStatus() : Refused("registering a ring of receive buffers", error);
}

void KernelRing::Enable() {
  // liburing 2.3 declares io_uring_enable_rings() but its shared library does not export it.
  BATON_CHECK(io_uring_register(static_cast<unsigned>(ring_.ring_fd), IORING_REGISTER_ENABLE_RINGS,
                                nullptr, 0) == 0);
  // Spares the kernel a look-up of the descriptor in each call; works without.
  io_uring_register_ring_fd(&ring_);
}

int KernelRing::SubmitAndWait(__kernel_timespec* timeout) {
  if (timeout == nullptr) return io_uring_submit_and_wait(&ring_, 1);
  io_uring_cqe* unused = nullptr;
  return io_uring_submit_and_wait_timeout(&ring_, &unused, 1, timeout, nullptr);
}

size_t KernelRing::Take(std::span<Completion> out) {
  size_t taken = 0;
  unsigned head = 0;
  io_uring_cqe* cqe = nullptr;
  io_uring_for_each_cqe(&ring_, head, cqe) {
    if (taken == out.size()) break;
    out[taken++] = {cqe->user_data, cqe->res, cqe->flags};
  }
  io_uring_cq_advance(&ring_, static_cast<unsigned>(taken));
  return taken;
}

void KernelRing::AddBuffer(uint16_t id, uint8_t* data, size_t size) {
  io_uring_buf_ring_add(buffers_, data, static_cast<unsigned>(size), id, buffers_mask_,
                        buffers_added_++);
}

void KernelRing::PublishBuffers() {
  io_uring_buf_ring_advance(buffers_, buffers_added_);
  buffers_added_ = 0;
}

}  // namespace baton::net
