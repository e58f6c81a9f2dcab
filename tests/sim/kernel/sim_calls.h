// The system calls of the epoll back end over the model of a node's sockets: what net/epoll_loop.h
// takes for its `Calls`, with the faults of IoFaults. The epoll instance is a real one, in which
// only the loop's eventfd ever becomes ready.
#pragma once

#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

#include "tests/sim/kernel/kernel_side.h"

namespace baton::sim {

class SimCalls : public KernelSide {
 public:
  // As net::KernelCalls has them.
  int ReceiveMany(int fd, mmsghdr* messages, unsigned count);
  int SendMany(int fd, mmsghdr* messages, unsigned count);
  int WaitReady(int epoll, epoll_event* events, int count, const timespec* timeout);
  int WaitReadable(int fd, const timespec* timeout);

 private:
  // What becomes of a wait that found nothing.
  int Nothing(const timespec* timeout);
};

}  // namespace baton::sim
