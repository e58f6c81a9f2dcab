// The messages that one recvmmsg fills in: each has a receive buffer of its own, which goes up with
// the datagram and is replaced before the next call. The first `ready()` slots have one.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstddef>
#include <vector>

#include "base/check.h"
#include "net/rx_batch.h"
#include "net/rx_buffers.h"
#include "net/socket.h"

namespace baton::net {

class RxSlots {
 public:
  RxSlots(size_t count, size_t receive_size, RxBuffers& buffers)
      : buffers_(buffers), receive_size_(receive_size), messages_(count), parts_(count) {}

  static size_t BytesFor(size_t count) { return count * (sizeof(mmsghdr) + sizeof(Parts)); }

  size_t ready() const { return filled_ - used_; }
  // ready() messages to receive into.
  mmsghdr* next() { return &messages_[used_]; }
  BufferId next_buffer() const { return parts_[used_].buffer; }
  // The buffer of next() belongs to someone else now.
  void Use() {
    BATON_CHECK(used_ < filled_);
    ++used_;
  }

  // Gives a buffer to every slot that has none, as far as there are any.
  void Refill() {
    size_t i = 0;
    while (i < used_ && buffers_.free() > 0) Assign(i++, buffers_.Take());
    // Too few: close the gap with those from the end.
    while (i < used_ && filled_ > used_) Assign(i++, parts_[--filled_].buffer);
    if (i < used_) filled_ = i;
    used_ = 0;
    while (filled_ < messages_.size() && buffers_.free() > 0) Assign(filled_++, buffers_.Take());
  }

 private:
  struct Parts {
    SocketAddress name;
    iovec payload;
    alignas(cmsghdr) uint8_t control[kRxControlSize];
    BufferId buffer;
  };

  void Assign(size_t slot, BufferId buffer) {
    Parts& parts = parts_[slot];
    parts.buffer = buffer;
    parts.payload = {buffers_.data(buffer), receive_size_};
    msghdr& header = messages_[slot].msg_hdr;
    header = {};
    header.msg_name = &parts.name;
    header.msg_namelen = sizeof parts.name;
    header.msg_iov = &parts.payload;
    header.msg_iovlen = 1;
    header.msg_control = parts.control;
    header.msg_controllen = sizeof parts.control;
  }

  RxBuffers& buffers_;
  size_t receive_size_;
  std::vector<mmsghdr> messages_;
  std::vector<Parts> parts_;
  size_t used_ = 0;    // of the filled ones, since the last Refill()
  size_t filled_ = 0;  // slots from the front that were given a buffer
};

}  // namespace baton::net
