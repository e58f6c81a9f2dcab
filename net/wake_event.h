// How other threads make a loop's wait end: an eventfd, written at most once for each time that the
// loop notices.
#pragma once

#include <atomic>

#include "net/unique_fd.h"

namespace baton::net {

class WakeEvent {
 public:
  // `nonblocking` is about reads by the loop. io_uring needs the other kind: it would not wait for
  // a descriptor that says it never waits.
  explicit WakeEvent(bool nonblocking);

  // Negative if there is none, which is an error of set-up (errno says why).
  int fd() const { return fd_.get(); }

  // Any thread.
  void Signal();

  // By the loop, once it has read the descriptor and before it looks at what other threads wrote.
  // An exchange rather than a store, so that it synchronises with a Signal() that found the flag
  // set and wrote nothing.
  void Clear() { pending_.exchange(false, std::memory_order_acq_rel); }

 private:
  UniqueFd fd_;
  std::atomic<bool> pending_{false};
};

}  // namespace baton::net
