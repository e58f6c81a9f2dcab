#include "bench/yardsticks/sinks.h"

#include <errno.h>
#include <sys/epoll.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/clock.h"
#include "bench/yardsticks/die.h"
#include "bench/yardsticks/packet.h"
#include "bench/yardsticks/udp.h"
#include "rtp/classify.h"

namespace baton::bench {
namespace {

constexpr size_t kMessages = 64;
constexpr size_t kMessagesWithGro = 4;
constexpr size_t kGroBytes = 65536;
constexpr int64_t kNsPerSecond = 1'000'000'000;
constexpr size_t kControlBytes = CMSG_SPACE(sizeof(timespec)) + CMSG_SPACE(sizeof(int));

}  // namespace

Sinks::Sinks(const Participants& participants, const Options& options, bool numbered)
    : participants_(participants),
      size_(options.size),
      smallest_(options.size - options.uneven),
      numbered_(numbered),
      buffer_bytes_(options.receiver_gro ? kGroBytes : kMinPacketSize),
      flags_(MSG_DONTWAIT | MSG_TRUNC) {
  for (const Participant& participant : participants.all) {
    Sink sink;
    sink.fd = participant.socket.get();
    sink.timestamps = participant.timestamps;
    sink.next.resize(participants.receivers.size());
    sinks_.push_back(std::move(sink));
  }
  if (options.receivers_wait) {
    epoll_ = net::UniqueFd(epoll_create1(EPOLL_CLOEXEC));
    for (size_t i = 0; i < sinks_.size(); ++i) {
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, sinks_[i].fd, &event) != 0) DieOfErrno("epoll");
    }
  }
  const size_t messages = options.receiver_gro ? kMessagesWithGro : kMessages;
  buffers_.resize(messages * buffer_bytes_);
  controls_.resize(messages * kControlBytes);
  iovecs_.resize(messages);
  messages_.resize(messages);
  for (size_t i = 0; i < messages; ++i) {
    iovecs_[i] = {buffers_.data() + i * buffer_bytes_, buffer_bytes_};
    messages_[i].msg_hdr.msg_iov = &iovecs_[i];
    messages_[i].msg_hdr.msg_iovlen = 1;
    messages_[i].msg_hdr.msg_control = controls_.data() + i * kControlBytes;
  }
}

void Sinks::Expect(uint32_t publisher, uint64_t packets) {
  for (const uint32_t receiver : participants_.receivers[publisher]) {
    sinks_[receiver].outstanding += packets;
    outstanding_ += packets;
  }
}

void Sinks::GiveUp() {
  for (Sink& sink : sinks_) sink.outstanding = 0;
  outstanding_ = 0;
}

uint64_t Sinks::Drain(TimePoint deadline) {
  if (epoll_) return DrainReady(deadline);
  uint64_t found = 0;
  for (size_t i = 0; i < sinks_.size() && outstanding_ > 0; ++i) {
    Sink& sink = sinks_[next_sink_];
    next_sink_ = (next_sink_ + 1) % sinks_.size();
    if (sink.outstanding == 0) continue;
    found += DrainOne(sink);
    if (MonotonicNow() >= deadline) break;
  }
  return found;
}

uint64_t Sinks::DrainReady(TimePoint deadline) {
  std::array<epoll_event, kMessages> events;
  const int ready = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 0);
  uint64_t found = 0;
  for (int i = 0; i < ready && MonotonicNow() < deadline; ++i) {
    found += DrainOne(sinks_[events[static_cast<size_t>(i)].data.u64]);
  }
  return found;
}

void Sinks::Sleep(TimePoint deadline) {
  const Duration left = deadline - MonotonicNow();
  if (left <= Duration(0)) return;
  const timespec timeout = {left.count() / kNsPerSecond, left.count() % kNsPerSecond};
  if (!epoll_) {
    nanosleep(&timeout, nullptr);
    return;
  }
  epoll_event event{};
  epoll_pwait2(epoll_.get(), &event, 1, &timeout, nullptr);
}

uint64_t Sinks::DrainOne(Sink& sink) {
  for (mmsghdr& message : messages_) message.msg_hdr.msg_controllen = kControlBytes;
  const int count =
      recvmmsg(sink.fd, messages_.data(), static_cast<unsigned>(messages_.size()), flags_, nullptr);
  if (count < 0) {
    // An ICMP error of what this socket has sent: the subject has gone, or is going.
    if (errno != EAGAIN && errno != ECONNREFUSED) DieOfErrno("a receiver cannot receive");
    return 0;
  }
  uint64_t found = 0;
  for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
    const size_t bytes = messages_[i].msg_len;
    // A relay's own reports are not what is counted here.
    const Bytes datagram(buffers_.data() + i * buffer_bytes_, bytes);
    if (rtp::ClassifyDatagram(datagram) == rtp::DatagramKind::kRtcp) continue;
    const ReceivedControl control = ReadControl(messages_[i].msg_hdr);
    const size_t segment = control.segment_size > 0 ? control.segment_size : bytes;
    const size_t last = bytes == 0 ? 0 : (bytes - 1) % segment + 1;
    if (segment > size_ || last < smallest_) {
      ++arrivals_.misshapen;
      continue;
    }
    for (size_t offset = 0; offset < bytes; offset += segment) {
      Judge(sink, buffers_.data() + i * buffer_bytes_ + offset, control.received_ns);
      ++found;
    }
  }
  const uint64_t awaited = std::min(found, sink.outstanding);
  sink.outstanding -= awaited;
  outstanding_ -= awaited;
  arrivals_.received += found;
  return found;
}

void Sinks::Judge(Sink& sink, const uint8_t* packet, int64_t received_ns) {
  if (!numbered_) return;
  const Stamp stamp = ReadStamp(packet);
  if (stamp.publisher >= sink.next.size()) {
    ++arrivals_.misshapen;
    return;
  }
  uint64_t& next = sink.next[stamp.publisher];
  if (stamp.number < next) {
    ++arrivals_.reordered;
  } else {
    arrivals_.gaps += stamp.number - next;
    next = stamp.number + 1;
  }
  if (received_ns > 0) arrivals_.latency_ns.push_back(received_ns - stamp.sent_ns);
}

Arrivals Sinks::Take() { return std::exchange(arrivals_, {}); }

uint64_t Sinks::overflows() const {
  uint64_t sum = 0;
  for (const Sink& sink : sinks_) sum += OverflowsOf(sink.fd);
  return sum;
}

}  // namespace baton::bench
