#include "bench/yardsticks/floor_sender.h"

#include <algorithm>
#include <bit>

#include "bench/yardsticks/die.h"

namespace baton::bench {
namespace {

constexpr size_t kMaxRingEntries = 4096;

}  // namespace

void SendmmsgSender::Send(std::vector<mmsghdr>& messages) {
  for (size_t sent = 0; sent < messages.size();) {
    const auto left = static_cast<unsigned>(messages.size() - sent);
    const int n = sendmmsg(socket_, &messages[sent], left, MSG_DONTWAIT);
    if (n < 0) ++refused_;
    sent += n < 0 ? 1 : static_cast<size_t>(n);
  }
}

UringSender::UringSender(int socket, size_t max_messages) {
  io_uring_params params{};
  params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_COOP_TASKRUN;
  const size_t entries = std::min(std::bit_ceil(max_messages), kMaxRingEntries);
  errno = -io_uring_queue_init_params(static_cast<unsigned>(entries), &ring_, &params);
  if (errno != 0) DieOfErrno("no io_uring here (--io sendmmsg needs none)");
  errno = -io_uring_register_files(&ring_, &socket, 1);
  if (errno != 0) DieOfErrno("io_uring_register_files");
}

UringSender::~UringSender() { io_uring_queue_exit(&ring_); }

void UringSender::Send(std::vector<mmsghdr>& messages) {
  for (mmsghdr& message : messages) {
    io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
    if (sqe == nullptr) {
      Submit();
      sqe = io_uring_get_sqe(&ring_);
    }
    io_uring_prep_sendmsg(sqe, 0, &message.msg_hdr, MSG_DONTWAIT);
    sqe->flags = IOSQE_FIXED_FILE | IOSQE_CQE_SKIP_SUCCESS;
  }
  Submit();
}

void UringSender::Submit() {
  while (io_uring_sq_ready(&ring_) > 0) {
    const int n = io_uring_submit(&ring_);
    if (n < 0) {
      errno = -n;
      DieOfErrno("io_uring_submit");
    }
  }
  const unsigned completions = io_uring_cq_ready(&ring_);
  refused_ += completions;
  io_uring_cq_advance(&ring_, completions);
}

}  // namespace baton::bench
