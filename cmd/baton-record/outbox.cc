#include "cmd/baton-record/outbox.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "base/clock.h"
#include "record/tap_protocol.h"

namespace baton::record {

void Outbox::Send(const v1::FromSink& message) {
  const std::string bytes = message.SerializeAsString();
  if (bytes.size() > kMaxMessageSize || pending_.size() + bytes.size() > kMaxBytes) return;
  AppendMessageFrame({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}, pending_);
  Flush();
}

void Outbox::Flush() {
  while (!pending_.empty()) {
    const ssize_t sent =
        send(socket_, pending_.data(), pending_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) return;
    // The node is gone: reading says so too.
    if (sent < 0) return pending_.clear();
    pending_.erase(0, static_cast<size_t>(sent));
  }
}

void Outbox::FlushAll(Duration timeout) {
  const TimePoint deadline = MonotonicNow() + timeout;
  for (Flush(); has_pending(); Flush()) {
    const Duration left = deadline - MonotonicNow();
    if (left <= Duration::zero()) return;
    pollfd writable{.fd = socket_, .events = POLLOUT, .revents = 0};
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(left).count();
    poll(&writable, 1, static_cast<int>(std::max<int64_t>(ms, 1)));
  }
}

}  // namespace baton::record
