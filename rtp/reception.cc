#include "rtp/reception.h"

namespace baton::rtp {
namespace {

constexpr uint32_t kWrap = 1 << 16;

// The arrival time on the media clock, where only differences matter.
uint32_t ToMediaClock(TimePoint arrival, uint32_t clock_rate) {
  constexpr uint64_t kNanosecondsPerSecond = 1'000'000'000;
  const auto ns = static_cast<uint64_t>(arrival.time_since_epoch().count());
  const uint64_t seconds = ns / kNanosecondsPerSecond;
  const uint64_t fraction = ns % kNanosecondsPerSecond;
  return static_cast<uint32_t>(seconds * clock_rate +
                               fraction * clock_rate / kNanosecondsPerSecond);
}

}  // namespace

ArrivalResult Reception::Update(SequenceNumber sequence, RtpTimestamp timestamp, TimePoint arrival,
                                uint32_t clock_rate) {
  const ArrivalResult result = Place(sequence);
  if (result.kind == Arrival::kJump) return result;
  ++received_;
  UpdateJitter(timestamp, arrival, clock_rate);
  return result;
}

ArrivalResult Reception::Place(SequenceNumber sequence) {
  if (!started_) {
    started_ = true;
    Begin(SequenceUnwrapper::First(sequence));
    return {Arrival::kInOrder, highest_};
  }
  // 0..65535, as in A.1: a step back is a very long step ahead.
  const auto ahead = static_cast<uint16_t>(Distance(ToWire(highest_), sequence));
  if (ahead > 0 && ahead < kMaxDropout) {
    MoveTo(ahead);
    return {Arrival::kInOrder, highest_};
  }
  const uint32_t age = (kWrap - ahead) % kWrap;
  if (age < kMaxMisorder) {
    const ExtendedSequence extended(highest_.value() - age);
    return {MarkSeen(extended) ? Arrival::kLate : Arrival::kDuplicate, extended};
  }
  if (jumped_ && sequence == after_jump_) {
    Restart(sequence);
    return {Arrival::kRestarted, highest_};
  }
  jumped_ = true;
  after_jump_ = Add(sequence, 1);
  return {Arrival::kJump, ExtendedSequence(0)};
}

void Reception::Begin(ExtendedSequence first) {
  first_ = first;
  highest_ = first;
  seen_.fill(0);
  MarkSeen(first);
  jumped_ = false;
  has_transit_ = false;
}

// Two wraps on, so that even the oldest late packet of the new numbering is above all of the old.
void Reception::Restart(SequenceNumber sequence) {
  expected_before_ = expected();
  const uint64_t wraps = (highest_.value() / kWrap) + 2;
  Begin(ExtendedSequence(wraps * kWrap + sequence.value()));
}

ArrivalResult Reception::Repair(SequenceNumber sequence) {
  const auto age = static_cast<uint16_t>(Distance(sequence, ToWire(highest_)));
  if (!started_ || age >= kMaxMisorder) return {Arrival::kJump, ExtendedSequence(0)};
  const ExtendedSequence extended(highest_.value() - age);
  return {MarkSeen(extended) ? Arrival::kLate : Arrival::kDuplicate, extended};
}

bool Reception::IsMissing(ExtendedSequence sequence) const {
  if (!started_ || sequence > highest_ || sequence < first_ ||
      highest_.value() - sequence.value() >= kMaxMisorder) {
    return false;
  }
  const uint64_t slot = sequence.value() % kWindow;
  return (seen_[slot / 64] >> slot % 64 & 1) == 0;
}

void Reception::MoveTo(uint32_t steps) {
  if (steps >= kWindow) {
    seen_.fill(0);
  } else {
    for (uint32_t i = 1; i < steps; ++i) Forget(ExtendedSequence(highest_.value() + i));
  }
  highest_ = ExtendedSequence(highest_.value() + steps);
  Forget(highest_);
  MarkSeen(highest_);
}

void Reception::Forget(ExtendedSequence sequence) {
  const uint64_t slot = sequence.value() % kWindow;
  seen_[slot / 64] &= ~(uint64_t{1} << slot % 64);
}

bool Reception::MarkSeen(ExtendedSequence sequence) {
  const uint64_t slot = sequence.value() % kWindow;
  uint64_t& word = seen_[slot / 64];
  const uint64_t bit = uint64_t{1} << slot % 64;
  const bool is_new = (word & bit) == 0;
  word |= bit;
  return is_new;
}

void Reception::UpdateJitter(RtpTimestamp timestamp, TimePoint arrival, uint32_t clock_rate) {
  const uint32_t transit = ToMediaClock(arrival, clock_rate) - timestamp.value();
  if (has_transit_) {
    const int64_t difference = static_cast<int32_t>(transit - transit_);
    const auto magnitude = static_cast<uint64_t>(difference < 0 ? -difference : difference);
    jitter_x16_ += magnitude - ((jitter_x16_ + 8) >> 4);
  }
  transit_ = transit;
  has_transit_ = true;
}

uint64_t Reception::expected() const {
  if (!started_) return 0;
  return expected_before_ + highest_.value() - first_.value() + 1;
}

uint32_t Reception::jitter() const { return static_cast<uint32_t>(jitter_x16_ >> 4); }

}  // namespace baton::rtp
