// The system calls of the epoll back end and nothing else. EpollLoop takes them as a template
// parameter, so that a test or a simulation can put failures between the two.
#pragma once

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

#include <cstdint>

namespace baton::net {

// Each returns what the call did, or -errno.
struct KernelCalls {
  int ReceiveMany(int fd, mmsghdr* messages, unsigned count) {
    return Result(recvmmsg(fd, messages, count, MSG_DONTWAIT, nullptr));
  }
  int SendMany(int fd, mmsghdr* messages, unsigned count) {
    return Result(sendmmsg(fd, messages, count, MSG_DONTWAIT));
  }
  // Null means for ever.
  int WaitReady(int epoll, epoll_event* events, int count, const timespec* timeout);
  int WaitReadable(int fd, const timespec* timeout) {
    pollfd poll{fd, POLLIN, 0};
    return Result(ppoll(&poll, 1, timeout, nullptr));
  }

 private:
  static int Result(int value) { return value < 0 ? -errno : value; }

  bool has_pwait2_ = true;
};

}  // namespace baton::net
