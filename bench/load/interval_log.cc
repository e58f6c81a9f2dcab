#include "bench/load/interval_log.h"

#include <utility>

namespace baton::bench {
namespace {

void Add(const LegLedger::Settled& settled, LegCounts& legs) {
  legs.expected += settled.expected;
  legs.lost += settled.lost;
}

double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

void Arrivals::Clear() {
  legs = {};
  received_bytes = 0;
  latency.Clear();
  join_latency.Clear();
}

void Arrivals::ForgetWarmUp() {
  legs.corrupted = 0;
  legs.misdelivered = 0;
  received_bytes = 0;
  join_latency.Clear();
}

void IntervalLog::Begin(TimePoint begin) {
  begin_ = cut_ = begin;
  sent_.lag_max_ns.store(0, std::memory_order_relaxed);
}

void IntervalLog::Cut(TimePoint at, const Arrivals& arrivals, const LegLedger::Settled& earlier,
                      const LegLedger::Settled& present) {
  if (!result_.intervals.empty()) {
    Add(earlier, result_.intervals.back().legs);
    const std::lock_guard lock(mutex_);
    latest_ = result_.intervals.back();
  }
  Interval& interval = result_.intervals.emplace_back();
  interval.start_s = Seconds(cut_ - begin_);
  interval.length_s = Seconds(at - cut_);
  interval.legs = arrivals.legs;
  Add(present, interval.legs);
  interval.received_bytes = arrivals.received_bytes;
  interval.latency = PercentilesOf(arrivals.latency);
  const uint64_t packets = sent_.packets.load(std::memory_order_relaxed);
  const uint64_t bytes = sent_.bytes.load(std::memory_order_relaxed);
  interval.sent = packets - std::exchange(packets_at_cut_, packets);
  interval.sent_bytes = bytes - std::exchange(bytes_at_cut_, bytes);
  interval.generator_lag_max = sent_.lag_max_ns.exchange(0, std::memory_order_relaxed);
  result_.latency.Add(arrivals.latency);
  result_.join_latency.Add(arrivals.join_latency);
  cut_ = at;
}

ReceivedResult IntervalLog::Finish(const LegLedger::Settled& last) {
  if (!result_.intervals.empty()) Add(last, result_.intervals.back().legs);
  for (const Interval& interval : result_.intervals) Add(interval.legs, result_.legs);
  return std::move(result_);
}

std::optional<Interval> IntervalLog::Latest() const {
  const std::lock_guard lock(mutex_);
  return latest_;
}

}  // namespace baton::bench
