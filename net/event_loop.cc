#include "net/event_loop.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "net/epoll_loop.h"
#include "net/socket.h"
#include "net/uring_loop.h"

namespace baton::net {
namespace {

absl::Status OutOfRange(absl::string_view what, size_t value, size_t min, size_t max) {
  if (value >= min && value <= max) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("event loop: ", what, " is ", value, ", but must be ", min, " to ", max));
}

absl::Status Validate(const EventLoopConfig& config) {
  constexpr size_t kMinBufferSize = 64;
  constexpr size_t kMaxBufferSize = 65535;
  for (const absl::Status& status : {
           OutOfRange("the number of sockets", config.bind.size(), 1, kMaxSockets),
           OutOfRange("rx_buffers", config.rx_buffers, kMinRxBuffers, kMaxRxBuffers),
           OutOfRange("rx_buffer_size", config.rx_buffer_size, kMinBufferSize, kMaxBufferSize),
           OutOfRange("max_batch", config.max_batch, 1, kMaxBatch),
       }) {
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<EventLoop>> EventLoop::Create(IoBackend backend,
                                                             const EventLoopConfig& config) {
  if (absl::Status status = Validate(config); !status.ok()) return status;
  std::vector<UdpSocket> sockets;
  for (const TransportAddress& address : config.bind) {
    auto socket = OpenUdpSocket(address, {.receive_buffer_bytes = config.receive_buffer_bytes,
                                          .send_buffer_bytes = config.send_buffer_bytes,
                                          .receive_times = config.receive_times,
                                          .receive_runs = config.receive_runs});
    if (!socket.ok()) return socket.status();
    sockets.push_back(*std::move(socket));
  }
  if (backend == IoBackend::kUring) return UringLoop<>::Open(config, std::move(sockets));
  return EpollLoop<>::Open(config, std::move(sockets));
}

size_t EventLoop::BytesFor(const EventLoopConfig& config) {
  return std::max(UringLoop<>::BytesFor(config), EpollLoop<>::BytesFor(config));
}

}  // namespace baton::net
