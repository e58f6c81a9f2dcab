#include "tests/sim/kernel/sim_calls.h"

#include <errno.h>

#include <algorithm>
#include <chrono>

#include "base/check.h"
#include "tests/sim/engine/virtual_clock.h"

namespace baton::sim {

int SimCalls::ReceiveMany(int fd, mmsghdr* messages, unsigned count) {
  if (Faulty(faults().interrupted)) return random().OneIn(2) ? -EINTR : -ENOMEM;
  if (Faulty(faults().partial)) count = 1 + static_cast<unsigned>(random().Below(count));
  const SocketIndex socket = sockets().SocketOf(fd);
  unsigned received = 0;
  while (received < count && sockets().HasData(socket)) {
    mmsghdr& message = messages[received++];
    const iovec& payload = message.msg_hdr.msg_iov[0];
    message.msg_len = static_cast<unsigned>(
        sockets().Read(socket, message.msg_hdr,
                       MutableBytes(static_cast<uint8_t*>(payload.iov_base), payload.iov_len)));
  }
  return received > 0 ? static_cast<int>(received) : -EAGAIN;
}

// Stops at a message that is refused, and tells why only if it is the first.
int SimCalls::SendMany(int fd, mmsghdr* messages, unsigned count) {
  if (Faulty(faults().interrupted)) return -EINTR;
  if (Faulty(faults().partial)) count = 1 + static_cast<unsigned>(random().Below(count));
  const SocketIndex socket = sockets().SocketOf(fd);
  for (unsigned i = 0; i < count; ++i) {
    const int result = sockets().Write(VirtualClock::now(), socket, messages[i].msg_hdr);
    if (result >= 0) continue;
    return i > 0 ? static_cast<int>(i) : result;
  }
  return static_cast<int>(count);
}

int SimCalls::WaitReady(int epoll, epoll_event* events, int count, const timespec* timeout) {
  DoesNotWait();
  if (Faulty(faults().interrupted)) return -EINTR;
  int ready = WasWoken(epoll) ? std::max(epoll_wait(epoll, events, count, 0), 0) : 0;
  for (const SocketIndex socket : ReadySockets()) {
    BATON_CHECK(ready < count);
    events[ready].events = EPOLLIN;
    events[ready++].data.u32 = socket;
  }
  return ready > 0 ? ready : Nothing(timeout);
}

int SimCalls::WaitReadable(int fd, const timespec* timeout) {
  DoesNotWait();
  return WasWoken(fd) ? 1 : Nothing(timeout);
}

// Without a time-out only an interruption ends a wait.
int SimCalls::Nothing(const timespec* timeout) {
  if (timeout == nullptr) {
    WaitsForEver();
    return -EINTR;
  }
  if (timeout->tv_sec == 0 && timeout->tv_nsec == 0) return 0;
  WaitsFor(std::chrono::seconds(timeout->tv_sec) + std::chrono::nanoseconds(timeout->tv_nsec));
  return 0;
}

}  // namespace baton::sim
