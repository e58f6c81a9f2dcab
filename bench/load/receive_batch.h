// Datagrams of a socket, many with one system call, each with the time at which the kernel received
// it: so that the bench's own scheduling is not taken for the node's latency.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/time_point.h"
#include "net/socket.h"

namespace baton::bench {

class ReceiveBatch {
 public:
  // One message as the kernel gave it: with UDP_GRO, several datagrams of segment_size bytes each,
  // of which the last may be shorter.
  struct Message {
    Bytes bytes;
    size_t segment_size = 0;  // > 0
    TimePoint arrival;
  };

  ReceiveBatch(size_t messages, size_t bytes_each);

  // The clocks that arrival times are converted with: once for all sockets that are ready.
  void ReadClocks();
  TimePoint now() const { return now_; }

  // Returns how many messages there are now, 0 if none was waiting. They are valid until the next
  // call.
  size_t Receive(int fd);
  bool full() const { return count_ == headers_.size(); }
  Message message(size_t i) const;
  // Who sent it.
  TransportAddress source(size_t i) const;

 private:
  static constexpr size_t kControlSize = 128;

  size_t bytes_each_;
  size_t count_ = 0;
  TimePoint now_;
  int64_t realtime_offset_ns_ = 0;  // monotonic - realtime
  std::vector<uint8_t> bytes_;
  std::vector<uint8_t> control_;
  std::vector<net::SocketAddress> sources_;
  std::vector<iovec> iovecs_;
  std::vector<mmsghdr> headers_;
};

// Calls f(Bytes datagram) for each datagram of `message`, which is one if it is empty.
template <class F>
void ForEachDatagram(const ReceiveBatch::Message& message, F&& f) {
  Bytes rest = message.bytes;
  do {
    const size_t size = rest.size() < message.segment_size ? rest.size() : message.segment_size;
    f(rest.first(size));
    rest = rest.subspan(size);
  } while (!rest.empty());
}

// Datagrams that the kernel has dropped because this socket's queue was full.
uint64_t SocketDrops(int fd);

}  // namespace baton::bench
