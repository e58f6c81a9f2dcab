// An io_uring with one ring of provided receive buffers: the system calls of the io_uring back end
// and nothing else. UringLoop takes its ring as a template parameter, so that a test or a
// simulation can put failures between the two: short submissions, late completions, ENOBUFS.
//
// Opened anywhere; belongs to the thread that calls Enable().
#pragma once

#include <liburing.h>
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "absl/status/status.h"

namespace baton::net {

struct Completion {
  uint64_t user_data;
  int32_t result;
  uint32_t flags;  // IORING_CQE_F_...

  bool more() const { return (flags & IORING_CQE_F_MORE) != 0; }
  bool has_buffer() const { return (flags & IORING_CQE_F_BUFFER) != 0; }
  uint16_t buffer() const { return static_cast<uint16_t>(flags >> IORING_CQE_BUFFER_SHIFT); }
};

class KernelRing {
 public:
  struct Sizes {
    unsigned submissions;  // powers of two
    unsigned completions;
    unsigned buffers;  // in the ring of provided buffers, at most 32768
  };
  static constexpr uint16_t kBufferGroup = 0;

  KernelRing() = default;
  KernelRing(const KernelRing&) = delete;
  KernelRing& operator=(const KernelRing&) = delete;
  ~KernelRing();

  // Once. An error says which step the kernel refused, and why.
  absl::Status Open(const Sizes& sizes);
  // Makes the calling thread the only one that submits.
  void Enable();

  // An entry to prepare, or null if the submission queue is full.
  io_uring_sqe* NextEntry() { return io_uring_get_sqe(&ring_); }
  // Prepared and not yet taken by the kernel.
  unsigned unsubmitted() const { return io_uring_sq_ready(&ring_); }

  // Each submits what was prepared and returns how many entries the kernel took, or -errno; what it
  // did not take stays prepared.
  int Submit() { return io_uring_submit(&ring_); }
  // Also runs the receives that are due.
  int SubmitAndRun() { return io_uring_submit_and_get_events(&ring_); }
  // Also waits for a completion; at most `timeout`, if there is one.
  int SubmitAndWait(__kernel_timespec* timeout);

  // Moves completions out of the queue; returns how many.
  size_t Take(std::span<Completion> out);
  // True if the kernel keeps completions back because the queue was full; it puts them there with
  // the next SubmitAndRun().
  bool overflowed() const { return io_uring_cq_has_overflow(&ring_); }

  // Adds a buffer for the kernel to receive into. Seen by the kernel with PublishBuffers().
  void AddBuffer(uint16_t id, uint8_t* data, size_t size);
  void PublishBuffers();

 private:
  absl::Status OpenRing(const Sizes& sizes);
  absl::Status OpenBufferRing(unsigned buffers);

  io_uring ring_{};
  bool open_ = false;
  io_uring_buf_ring* buffers_ = nullptr;  // its own mapping: the kernel wants whole pages
  size_t buffers_bytes_ = 0;
  int buffers_mask_ = 0;
  int buffers_added_ = 0;
};

}  // namespace baton::net
