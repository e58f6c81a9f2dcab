#include "net/wake_event.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

#include "base/check.h"

namespace baton::net {

WakeEvent::WakeEvent(bool nonblocking)
    : fd_(eventfd(0, EFD_CLOEXEC | (nonblocking ? EFD_NONBLOCK : 0))) {}

void WakeEvent::Signal() {
  if (pending_.exchange(true, std::memory_order_acq_rel)) return;
  const uint64_t one = 1;
  BATON_CHECK(write(fd_.get(), &one, sizeof one) == sizeof one);
}

}  // namespace baton::net
