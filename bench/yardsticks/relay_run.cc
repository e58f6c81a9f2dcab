#include "bench/yardsticks/relay_run.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "base/clock.h"
#include "bench/yardsticks/die.h"

namespace baton::bench {
namespace {

// What has not come for so long is lost.
constexpr Duration kPatience = std::chrono::seconds(1);

// Between two looks at polled sockets while nothing comes, and how long a burst is left alone at
// most.
constexpr Duration kNap = std::chrono::microseconds(200);
constexpr Duration kLeaveAlone = std::chrono::milliseconds(1);

}  // namespace

RelayRun::RelayRun(const Options& options, const Participants& participants, const Subject& subject)
    : options_(options),
      participants_(participants),
      subject_(subject),
      by_timer_(options.subject == "floor" && !options.receive),
      sinks_(participants, options, options.subject != "floor") {
  for (uint32_t p = 0; p < options.publishers; ++p) {
    publishers_.emplace_back(p, participants.all[p].socket.get(), subject.AddressFor(p), options);
  }
}

Measurement RelayRun::Measure() {
  const CpuMeter meter(subject_.process->pid());
  Run(options_.warm_up);
  sinks_.Take();
  const uint64_t overflows = sinks_.overflows();
  in_ = out_ = 0;
  lag_ns_.clear();

  const CpuTime cpu = meter.Read();
  const TimePoint start = MonotonicNow();
  Run(options_.measured);
  Measurement result;
  result.elapsed = MonotonicNow() - start;
  result.cpu = meter.Read() - cpu;

  Arrivals arrivals = sinks_.Take();
  result.in = in_;
  result.out = out_;
  result.received = arrivals.received;
  result.gaps = arrivals.gaps;
  result.reordered = arrivals.reordered;
  result.misshapen = arrivals.misshapen;
  result.latency_ns = std::move(arrivals.latency_ns);
  result.lag_ns = std::move(lag_ns_);
  result.overflows = sinks_.overflows() - overflows;
  return result;
}

void RelayRun::Run(Duration duration) {
  if (by_timer_) {
    RunByTimer(duration);
  } else if (options_.saturate) {
    RunSaturated(duration);
  } else {
    RunPaced(duration);
  }
  DrainAll();
}

TimePoint RelayRun::NextLook() const {
  return MonotonicNow() + (options_.receivers_wait ? kPatience : kNap);
}

void RelayRun::NoteBurst(uint32_t publisher) {
  sinks_.Expect(publisher, options_.burst);
  in_ += options_.burst;
  out_ += options_.burst * participants_.receivers[publisher].size();
}

void RelayRun::SendBurst(uint32_t publisher) {
  publishers_[publisher].SendBurst();
  NoteBurst(publisher);
}

void RelayRun::RunPaced(Duration duration) {
  Schedule schedule(options_.burst_interval());
  const TimePoint end = schedule.due() + duration;
  TimePoint drain_from = schedule.due();
  for (uint32_t turn = 0; schedule.due() < end; ++turn) {
    AwaitBurst(schedule, drain_from);
    schedule.Begin();
    SendBurst(turn % options_.publishers);
    drain_from = MonotonicNow() + std::min(schedule.interval() / 2, kLeaveAlone);
  }
  lag_ns_ = schedule.TakeLag();
}

void RelayRun::AwaitBurst(const Schedule& schedule, TimePoint drain_from) {
  const TimePoint wake = schedule.due() - kSpin;
  if (!options_.receivers_wait) SleepUntil(std::min(drain_from, wake));
  while (sinks_.outstanding() > 0 && MonotonicNow() < schedule.due()) {
    if (sinks_.Drain(schedule.due()) == 0) sinks_.Sleep(std::min(NextLook(), wake));
  }
  SleepUntil(wake);
  while (MonotonicNow() < schedule.due()) {
  }
}

void RelayRun::RunSaturated(Duration duration) {
  TimePoint last = MonotonicNow();
  const TimePoint end = last + duration;
  uint32_t publisher = 0;
  for (TimePoint now = last; now < end; now = MonotonicNow()) {
    const uint64_t copies = options_.burst * participants_.receivers[publisher].size();
    const uint64_t window = copies / options_.burst * options_.window;
    if (sinks_.outstanding() + copies <= std::max(window, copies)) {
      SendBurst(publisher);
      publisher = (publisher + 1) % static_cast<uint32_t>(publishers_.size());
      last = now;
    } else if (sinks_.Drain(end) > 0) {
      last = now;
    } else if (now - last > kPatience) {
      sinks_.GiveUp();
    }
  }
}

// The floor's protocol: "BURSTS INTERVAL_NS" runs so many, round robin over the publishers; it
// answers with the number of messages that the kernel refused.
void RelayRun::RunByTimer(Duration duration) {
  const Duration interval = options_.burst_interval();
  const int64_t bursts = std::max<int64_t>(duration / interval, 1);
  for (int64_t i = 0; i < bursts; ++i) {
    NoteBurst(static_cast<uint32_t>(i) % options_.publishers);
  }
  subject_.process->Write(std::to_string(bursts) + " " + std::to_string(interval.count()) + "\n");
  const TimePoint deadline = MonotonicNow() + 2 * duration + std::chrono::seconds(10);
  for (;;) {
    if (sinks_.Drain(kNever) == 0) sinks_.Sleep(MonotonicNow() + kLeaveAlone);
    if (const auto refused = subject_.process->ReadLine(Duration(0))) {
      if (*refused != "0") Die("the kernel refused " + *refused + " messages of the floor");
      return;
    }
    if (MonotonicNow() > deadline) Die("the floor did not come to an end");
  }
}

void RelayRun::DrainAll() {
  TimePoint last = MonotonicNow();
  while (sinks_.outstanding() > 0 && MonotonicNow() - last < kPatience) {
    if (sinks_.Drain(kNever) > 0) {
      last = MonotonicNow();
    } else {
      sinks_.Sleep(NextLook());
    }
  }
  sinks_.GiveUp();
}

}  // namespace baton::bench
