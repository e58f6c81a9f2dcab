#include "net/probe.h"

#include <array>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"
#include "base/clock.h"

namespace baton::net {
namespace {

constexpr size_t kDatagrams = 4;
constexpr size_t kDatagramSize = 32;
constexpr Duration kPatience = std::chrono::seconds(1);

EventLoopConfig ProbeConfig(std::string_view address) {
  EventLoopConfig config;
  config.bind = {*TransportAddress::Parse(address)};
  config.rx_buffers = 64;
  config.rx_buffer_size = 256;
  config.max_batch = 16;
  return config;
}

void SendToSelf(EventLoop& loop) {
  TxBatch batch(kDatagrams, 1, loop);
  const Flow self{loop.sockets()[0].local, 0};
  for (size_t i = 0; i < kDatagrams; ++i) {
    std::memset(batch.Add(0, self, kDatagramSize, {}), 'b', kDatagramSize);
  }
  batch.Flush();
}

}  // namespace

absl::Status TryUring() {
  auto loop = EventLoop::Create(IoBackend::kUring, ProbeConfig("127.0.0.1:0"));
  if (!loop.ok() && absl::IsUnavailable(loop.status())) {
    loop = EventLoop::Create(IoBackend::kUring, ProbeConfig("[::1]:0"));
  }
  if (!loop.ok()) return loop.status();
  SendToSelf(**loop);
  const TimePoint deadline = MonotonicNow() + kPatience;
  size_t received = 0;
  while (received < kDatagrams && MonotonicNow() < deadline) {
    received += (*loop)->Receive(deadline).size();
  }
  const LoopCounters& counters = (*loop)->counters();
  if (received == kDatagrams) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(
      "io_uring sent ", counters.tx_datagrams.value(), " and received ", received, " of ",
      kDatagrams, " datagrams over loopback, with ", counters.rx_errors.value(),
      " errors (multishot receive needs Linux 6.0 or later)"));
}

absl::StatusOr<BackendChoice> ChooseBackend(BackendRequest request) {
  if (request == BackendRequest::kEpoll) return BackendChoice{IoBackend::kEpoll, "configured"};
  const absl::Status status = TryUring();
  if (status.ok()) return BackendChoice{IoBackend::kUring, "io_uring carried datagrams"};
  if (request == BackendRequest::kAuto) {
    return BackendChoice{IoBackend::kEpoll,
                         absl::StrCat("io_uring does not work here: ", status.message())};
  }
  return absl::FailedPreconditionError(
      absl::StrCat("io_uring was asked for but does not work here: ", status.message(),
                   ". Allow io_uring_setup, io_uring_enter and io_uring_register in the seccomp "
                   "profile and set kernel.io_uring_disabled to 0, or choose --io auto or epoll"));
}

}  // namespace baton::net
