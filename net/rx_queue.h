// Received buffers that wait for a Receive(): more may complete at once than one batch holds, and
// some complete while a Send() waits for its own. Never holds more than there are buffers.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/buffer_refs.h"
#include "base/check.h"
#include "base/datagram.h"

namespace baton::net {

struct ReceivedBuffer {
  BufferId buffer;
  SocketIndex socket;
  uint32_t size;  // bytes that the kernel wrote into the buffer
};

class RxQueue {
 public:
  explicit RxQueue(size_t buffers) : slots_(std::bit_ceil(buffers)) {}

  static size_t BytesFor(size_t buffers) { return std::bit_ceil(buffers) * sizeof(ReceivedBuffer); }

  bool empty() const { return head_ == tail_; }
  size_t size() const { return tail_ - head_; }
  void Push(const ReceivedBuffer& received) {
    BATON_CHECK(size() < slots_.size());
    slots_[tail_++ & (slots_.size() - 1)] = received;
  }
  // Not empty().
  ReceivedBuffer Pop() { return slots_[head_++ & (slots_.size() - 1)]; }

 private:
  std::vector<ReceivedBuffer> slots_;
  size_t head_ = 0;
  size_t tail_ = 0;
};

}  // namespace baton::net
