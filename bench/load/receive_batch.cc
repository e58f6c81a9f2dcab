#include "bench/load/receive_batch.h"

#include <linux/sock_diag.h>
#include <netinet/udp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>

#include "base/clock.h"

namespace baton::bench {

ReceiveBatch::ReceiveBatch(size_t messages, size_t bytes_each)
    : bytes_each_(bytes_each),
      bytes_(messages * bytes_each),
      control_(messages * kControlSize),
      sources_(messages),
      iovecs_(messages),
      headers_(messages) {
  for (size_t i = 0; i < messages; ++i) {
    iovecs_[i] = {bytes_.data() + i * bytes_each, bytes_each};
    msghdr& header = headers_[i].msg_hdr;
    header.msg_iov = &iovecs_[i];
    header.msg_iovlen = 1;
    header.msg_name = &sources_[i];
    header.msg_namelen = sizeof sources_[i];
    header.msg_control = control_.data() + i * kControlSize;
    header.msg_controllen = kControlSize;
  }
}

void ReceiveBatch::ReadClocks() {
  // What interrupts this thread between the two clocks would shift all arrival times.
  constexpr Duration kClose = std::chrono::microseconds(2);
  constexpr int kTries = 3;
  for (int i = 0; i < kTries; ++i) {
    const TimePoint before = MonotonicNow();
    const int64_t realtime_ns = RealtimeNowNs();
    now_ = MonotonicNow();
    realtime_offset_ns_ = now_.time_since_epoch().count() - realtime_ns;
    if (now_ - before <= kClose) return;
  }
}

size_t ReceiveBatch::Receive(int fd) {
  for (size_t i = 0; i < count_; ++i) {
    headers_[i].msg_hdr.msg_namelen = sizeof sources_[i];
    headers_[i].msg_hdr.msg_controllen = kControlSize;
  }
  const int n =
      recvmmsg(fd, headers_.data(), static_cast<unsigned>(headers_.size()), MSG_DONTWAIT, nullptr);
  count_ = n > 0 ? static_cast<size_t>(n) : 0;
  return count_;
}

ReceiveBatch::Message ReceiveBatch::message(size_t i) const {
  const size_t size = headers_[i].msg_len;
  Message result{Bytes(bytes_.data() + i * bytes_each_, size), std::max<size_t>(size, 1), now_};
  // The macros want a pointer to a msghdr that they might change.
  msghdr view = headers_[i].msg_hdr;
  for (cmsghdr* c = CMSG_FIRSTHDR(&view); c != nullptr; c = CMSG_NXTHDR(&view, c)) {
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
      timespec t{};
      std::memcpy(&t, CMSG_DATA(c), sizeof t);
      const int64_t realtime_ns = int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
      result.arrival = TimePoint(Duration(realtime_ns + realtime_offset_ns_));
    } else if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO) {
      int segment = 0;
      std::memcpy(&segment, CMSG_DATA(c), sizeof segment);
      if (segment > 0) result.segment_size = static_cast<size_t>(segment);
    }
  }
  return result;
}

TransportAddress ReceiveBatch::source(size_t i) const {
  return net::FromSocketAddress(&sources_[i], headers_[i].msg_hdr.msg_namelen)
      .value_or(TransportAddress{});
}

uint64_t SocketDrops(int fd) {
  std::array<uint32_t, SK_MEMINFO_VARS> info{};
  socklen_t size = sizeof info;
  if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info.data(), &size) != 0) return 0;
  return size > SK_MEMINFO_DROPS * sizeof(uint32_t) ? info[SK_MEMINFO_DROPS] : 0;
}

}  // namespace baton::bench
