// An io_uring over the model of a node's sockets: what net/uring_loop.h takes for its `Ring`. It
// does with entries, provided buffers and completions what the kernel does, and has the faults of
// IoFaults on the way.
#pragma once

#include <liburing.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "net/kernel_ring.h"
#include "tests/sim/kernel/kernel_side.h"

namespace baton::sim {

class SimRing : public KernelSide {
 public:
  // Completions that the loop has not taken.
  size_t untaken() const { return completions_.size() + kept_back_.size() + late_.size(); }

  // As net::KernelRing has them.
  absl::Status Open(const net::KernelRing::Sizes& sizes);
  void Enable();
  io_uring_sqe* NextEntry();
  unsigned unsubmitted() const { return static_cast<unsigned>(prepared_ - submitted_); }
  int Submit();
  int SubmitAndRun();
  int SubmitAndWait(__kernel_timespec* timeout);
  size_t Take(std::span<net::Completion> out);
  bool overflowed() const { return !kept_back_.empty(); }
  void AddBuffer(uint16_t id, uint8_t* data, size_t size);
  void PublishBuffers();

 private:
  struct ProvidedBuffer {
    uint16_t id;
    uint8_t* data;
    size_t size;
  };
  struct Receive {
    bool armed = false;
    uint64_t user_data = 0;
    const msghdr* header = nullptr;  // the sizes of name and control data that were asked for
  };

  int SubmitSome(size_t count);
  void Execute(const io_uring_sqe& entry);
  void ExecuteSend(const io_uring_sqe& entry);
  void ExecuteCancel(const io_uring_sqe& entry);
  // Hands over what has arrived, as far as there are buffers.
  void RunReceive(SocketIndex socket);
  void CompleteReceive(SocketIndex socket, bool last);
  void RunWake();
  void ReleaseLate();
  void Complete(uint64_t user_data, int32_t result, uint32_t flags);

  net::KernelRing::Sizes sizes_{};
  std::vector<io_uring_sqe> entries_;  // a ring, from submitted_ to prepared_
  size_t submitted_ = 0;
  size_t prepared_ = 0;

  std::vector<Receive> receives_;  // by SocketIndex
  std::optional<io_uring_sqe> wake_read_;
  std::vector<ProvidedBuffer> added_;   // not yet published
  std::deque<ProvidedBuffer> buffers_;  // first in, first out
  std::deque<net::Completion> completions_;
  std::deque<net::Completion> kept_back_;  // found the queue full
  std::deque<net::Completion> late_;       // of what is done and not yet told
};

}  // namespace baton::sim
