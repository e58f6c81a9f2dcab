#include "bench/load/generator.h"

#include <errno.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <utility>

#include "base/clock.h"
#include "base/hash.h"
#include "bench/load/packet_format.h"
#include "cmd/node/thread_setup.h"
#include "net/tx_runs.h"
#include "rtp/packet.h"

namespace baton::bench {
namespace {

constexpr Duration kMaxSleep = std::chrono::milliseconds(50);
constexpr uint32_t kMaxPackets = net::kMaxRunDatagrams;
constexpr int kRoomTimeoutMs = 1000;

uint32_t PacketsPerMessage(uint32_t size) {
  return std::min<uint32_t>(kMaxPackets, static_cast<uint32_t>(net::kMaxRunBytes) / size);
}

rtp::RtpTimestamp TimestampAt(Duration since_start, uint32_t clock_rate) {
  const auto ns = static_cast<Uint128>(since_start.count());
  return rtp::RtpTimestamp(static_cast<uint32_t>(ns * clock_rate / 1'000'000'000));
}

}  // namespace

void PrepareForSchedule() { prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); }

void SleepTowards(TimePoint due) {
  const TimePoint until = std::min(due, MonotonicNow() + kMaxSleep);
  const int64_t ns = until.time_since_epoch().count();
  const timespec at{.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr);
}

Generator::Generator(Topology& topology, SendStats& stats, const GeneratorOptions& options)
    : topology_(topology),
      stats_(stats),
      options_(options),
      gso_(options.gso),
      bytes_(net::kMaxRunBytes) {
  heap_.reserve(topology_.streams.size());
}

Generator::~Generator() {
  Stop();
  if (thread_.joinable()) thread_.join();
}

void Generator::Start() {
  thread_ = std::thread([this] { Run(); });
}

GeneratorResult Generator::Finish() {
  thread_.join();
  return std::move(result_);
}

void Generator::Run() {
  NameThisThread("bench-send");
  PrepareForSchedule();
  for (uint32_t i = 0; i < topology_.streams.size(); ++i) {
    const Burst burst = topology_.streams[i].schedule.Next();
    heap_.push_back({options_.start + burst.due, i, burst});
  }
  std::make_heap(heap_.begin(), heap_.end(), std::greater<>());
  while (!stop_.load(std::memory_order_relaxed)) {
    const TimePoint due = heap_.front().due;
    const TimePoint now = MonotonicNow();
    if (due >= options_.end || now >= options_.end + kMaxOverrun) break;
    if (due > now) {
      SleepTowards(due);
      continue;
    }
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
    Next& next = heap_.back();
    SendBurst(next);
    next.burst = topology_.streams[next.stream].schedule.Next();
    next.due = options_.start + next.burst.due;
    std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
  }
}

void Generator::SendBurst(const Next& next) {
  Stream& stream = topology_.streams[next.stream];
  const bool measured = next.due >= options_.measure_from;
  uint64_t number = stream.sent.load(std::memory_order_relaxed);
  if (measured && stream.first_measured.load(std::memory_order_relaxed) == kNotYet) {
    stream.first_measured.store(number, std::memory_order_release);
  }
  for (uint32_t left = next.burst.packets; left > 0;) {
    const uint32_t packets = std::min(left, PacketsPerMessage(next.burst.size));
    Build(stream, next.stream, next, number, packets, packets == left);
    const auto lag = static_cast<uint64_t>((MonotonicNow() - next.due).count());
    const uint32_t sent = Send(stream, packets, next.burst.size);
    result_.failed_sends += packets - sent;
    number += packets;
    left -= packets;
    stream.sent.store(number, std::memory_order_release);
    if (!measured) continue;
    result_.lag.Record(lag, packets);
    stats_.Count(packets, used_, lag);
  }
}

void Generator::Build(Stream& stream, uint32_t index, const Next& next, uint64_t first,
                      uint32_t packets, bool ends_burst) {
  rtp::PacketHeader header;
  header.ssrc = stream.ssrc;
  header.payload_type = stream.payload_type;
  header.timestamp = TimestampAt(next.due - options_.start, stream.clock_rate);
  PacketTag tag{.run = topology_.run,
                .stream = index,
                .scheduled = next.due,
                .warm_up = next.due < options_.measure_from};
  used_ = 0;
  for (uint32_t i = 0; i < packets; ++i) {
    const bool last = ends_burst && i + 1 == packets;
    tag.number = first + i;
    tag.marker = last && next.burst.marker;
    header.sequence = rtp::SequenceNumber(static_cast<uint16_t>(tag.number));
    header.marker = tag.marker;
    const uint32_t size = last ? next.burst.last_size : next.burst.size;
    const MutableBytes packet = MutableBytes(bytes_).subspan(used_, size);
    const size_t header_size = rtp::WritePacketHeader(header, packet);
    WritePayload(tag, packet.subspan(header_size));
    used_ += size;
  }
}

uint32_t Generator::Send(const Stream& stream, uint32_t packets, uint32_t size) {
  const Peer& publisher = topology_.peers[stream.publisher];
  const int fd = publisher.socket.fd.get();
  if (gso_ && packets > 1) {
    if (SendSegmented(fd, publisher.node, size)) return packets;
    // The kernel may not be able to segment towards there: from now on packet by packet.
    gso_ = false;
  }
  return SendSingly(fd, publisher.node, packets, size);
}

bool Generator::SendSegmented(int fd, const TransportAddress& to, uint32_t size) {
  net::SocketAddress address;
  iovec part{bytes_.data(), used_};
  alignas(cmsghdr) std::array<uint8_t, CMSG_SPACE(sizeof(uint16_t))> control{};
  msghdr message{};
  message.msg_name = &address;
  message.msg_namelen = net::ToSocketAddress(to, address);
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* segment = CMSG_FIRSTHDR(&message);
  segment->cmsg_level = SOL_UDP;
  segment->cmsg_type = UDP_SEGMENT;
  segment->cmsg_len = CMSG_LEN(sizeof(uint16_t));
  const auto segment_size = static_cast<uint16_t>(size);
  std::memcpy(CMSG_DATA(segment), &segment_size, sizeof segment_size);
  do {
    if (sendmsg(fd, &message, MSG_DONTWAIT) >= 0) return true;
  } while (WaitForRoom(fd, errno));
  return false;
}

uint32_t Generator::SendSingly(int fd, const TransportAddress& to, uint32_t packets,
                               uint32_t size) {
  net::SocketAddress address;
  const socklen_t address_size = net::ToSocketAddress(to, address);
  std::array<iovec, kMaxPackets> parts;
  std::array<mmsghdr, kMaxPackets> messages{};
  for (uint32_t i = 0; i < packets; ++i) {
    const size_t offset = size_t{i} * size;
    parts[i] = {bytes_.data() + offset, std::min<size_t>(size, used_ - offset)};
    msghdr& message = messages[i].msg_hdr;
    message.msg_name = &address;
    message.msg_namelen = address_size;
    message.msg_iov = &parts[i];
    message.msg_iovlen = 1;
  }
  uint32_t sent = 0;
  while (sent < packets) {
    const int n = sendmmsg(fd, messages.data() + sent, packets - sent, MSG_DONTWAIT);
    const int error = errno;
    if (n > 0) {
      sent += static_cast<uint32_t>(n);
    } else if (!WaitForRoom(fd, error)) {
      if (result_.first_failure.empty()) result_.first_failure = std::strerror(error);
      break;
    }
  }
  return sent;
}

bool Generator::WaitForRoom(int fd, int error) {
  if (error == EINTR) return true;
  if (error != EAGAIN && error != ENOBUFS) return false;
  pollfd wanted{.fd = fd, .events = POLLOUT, .revents = 0};
  return poll(&wanted, 1, kRoomTimeoutMs) > 0;
}

}  // namespace baton::bench
