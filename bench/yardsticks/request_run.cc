#include "bench/yardsticks/request_run.h"

#include <errno.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/bytes.h"
#include "base/clock.h"
#include "bench/yardsticks/cpu_meter.h"
#include "bench/yardsticks/die.h"
#include "bench/yardsticks/schedule.h"
#include "bench/yardsticks/udp.h"
#include "stun/attributes.h"

namespace baton::bench {
namespace {

constexpr Duration kPatience = std::chrono::seconds(1);
constexpr Duration kNap = std::chrono::microseconds(100);
constexpr size_t kTimedClients = 8;

// A Binding request without attributes; its transaction id is the number of the client's request.
using Request = std::array<uint8_t, stun::kHeaderSize>;
constexpr uint16_t kBindingRequest = 0x0001;
constexpr size_t kNumberOffset = 12;

Request MakeRequest(uint64_t number) {
  Request request{};
  StoreU16(request.data(), kBindingRequest);
  StoreU32(request.data() + 4, stun::kMagicCookie);
  StoreU64(request.data() + kNumberOffset, number);
  return request;
}

}  // namespace

RequestRun::RequestRun(const Options& options, const Subject& subject)
    : options_(options), subject_(subject), clients_(options.receivers) {
  const size_t step = std::max<size_t>(1, clients_.size() / kTimedClients);
  for (size_t i = 0; i < clients_.size(); ++i) {
    clients_[i].timestamps = i % step == 0;
    UdpOptions udp;
    udp.timestamps = clients_[i].timestamps;
    clients_[i].socket = OpenUdp(udp);
    ConnectTo(clients_[i].socket.get(), subject.address);
  }
}

Measurement RequestRun::Measure() {
  const CpuMeter meter(subject_.process->pid());
  Run(options_.warm_up);
  found_ = {};
  const CpuTime cpu = meter.Read();
  const TimePoint start = MonotonicNow();
  Run(options_.measured);
  found_.elapsed = MonotonicNow() - start;
  found_.cpu = meter.Read() - cpu;
  found_.out = found_.in;
  return std::move(found_);
}

void RequestRun::Run(Duration duration) {
  if (options_.saturate) {
    RunSaturated(duration);
  } else {
    RunPaced(duration);
  }
  CollectAll();
}

void RequestRun::RunPaced(Duration duration) {
  Schedule schedule(options_.burst_interval());
  const TimePoint end = schedule.due() + duration;
  while (schedule.due() < end) {
    const TimePoint wake = schedule.due() - kSpin;
    while (waiting_ > 0 && MonotonicNow() < schedule.due()) {
      if (Collect(schedule.due()) == 0) SleepUntil(std::min(MonotonicNow() + kNap, wake));
    }
    SleepUntil(wake);
    while (MonotonicNow() < schedule.due()) {
    }
    schedule.Begin();
    for (uint32_t i = 0; i < options_.burst; ++i) {
      // Nobody is free to ask: the next client's answer has to come first, which shows as lag.
      while (!SendNext() && MonotonicNow() < end + kPatience) Collect(end);
    }
  }
  std::vector<int64_t> lag = schedule.TakeLag();
  found_.lag_ns.insert(found_.lag_ns.end(), lag.begin(), lag.end());
}

void RequestRun::RunSaturated(Duration duration) {
  const TimePoint end = MonotonicNow() + duration;
  const uint64_t window = std::min<uint64_t>(options_.window, clients_.size());
  TimePoint last = MonotonicNow();
  while (MonotonicNow() < end && MonotonicNow() - last < kPatience) {
    while (waiting_ < window && SendNext()) {
    }
    if (Collect(end) > 0) last = MonotonicNow();
  }
}

bool RequestRun::SendNext() {
  Client& client = clients_[next_to_send_];
  if (client.waiting) return false;
  next_to_send_ = (next_to_send_ + 1) % clients_.size();
  const Request request = MakeRequest(++client.requests);
  client.sent_ns = RealtimeNowNs();
  if (send(client.socket.get(), request.data(), request.size(), 0) < 0) {
    DieOfErrno("a client cannot send");
  }
  client.waiting = true;
  ++waiting_;
  ++found_.in;
  return true;
}

uint64_t RequestRun::Collect(TimePoint deadline) {
  uint64_t answers = 0;
  for (size_t i = 0; i < clients_.size() && waiting_ > 0; ++i) {
    Client& client = clients_[next_to_collect_];
    next_to_collect_ = (next_to_collect_ + 1) % clients_.size();
    if (!client.waiting) continue;
    if (CollectOne(client)) ++answers;
    if (MonotonicNow() >= deadline) break;
  }
  return answers;
}

bool RequestRun::CollectOne(Client& client) {
  std::array<uint8_t, 64> answer;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(timespec))> control;
  iovec data{answer.data(), answer.size()};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (client.timestamps) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
  }
  const ssize_t size = recvmsg(client.socket.get(), &message, MSG_DONTWAIT);
  if (size < 0) {
    if (errno != EAGAIN) DieOfErrno("a client cannot receive");
    return false;
  }
  if (static_cast<size_t>(size) < stun::kHeaderSize) {
    ++found_.misshapen;
    return false;
  }
  if (LoadU64(answer.data() + kNumberOffset) != client.requests) {
    ++found_.reordered;  // the answer to one that was given up
    return false;
  }
  client.waiting = false;
  --waiting_;
  ++found_.received;
  if (client.timestamps) {
    found_.latency_ns.push_back(ReadControl(message).received_ns - client.sent_ns);
  }
  return true;
}

void RequestRun::CollectAll() {
  TimePoint last = MonotonicNow();
  while (waiting_ > 0 && MonotonicNow() - last < kPatience) {
    if (Collect(kNever) > 0) {
      last = MonotonicNow();
    } else {
      SleepUntil(MonotonicNow() + kNap);
    }
  }
  for (Client& client : clients_) client.waiting = false;
  waiting_ = 0;
}

}  // namespace baton::bench
