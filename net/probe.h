// Chooses the back end by trying real I/O: whether io_uring works depends on the kernel, a sysctl,
// seccomp filters and limits, and no version number tells.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "net/event_loop.h"

namespace baton::net {

enum class BackendRequest : uint8_t { kAuto, kUring, kEpoll };

struct BackendChoice {
  IoBackend backend;
  std::string reason;  // for the log: why this one
};

// Sends datagrams to itself over loopback through an io_uring loop, with a ring of provided buffers
// and a multishot receive. An error says what was refused and why.
absl::Status TryUring();

// kAuto never fails: it takes epoll where TryUring() does. kUring fails with that error and what to
// do about it. Some milliseconds at most, unless the kernel takes io_uring and then does nothing.
absl::StatusOr<BackendChoice> ChooseBackend(BackendRequest request);

}  // namespace baton::net
