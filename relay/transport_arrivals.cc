#include "relay/transport_arrivals.h"

#include <algorithm>

#include "base/check.h"
#include "rtp/sequence.h"

namespace baton::relay {

void TransportArrivals::OnPacket(rtp::SequenceNumber sequence, TimePoint arrival) {
  if (end_ == 0) return Begin(sequence, arrival);
  if (begin_ == end_) first_pending_ = arrival;
  const rtp::ExtendedSequence newest(end_ - 1);
  const int32_t step = rtp::Distance(rtp::ToWire(newest), sequence);
  const uint64_t number = rtp::Extend(newest, sequence).value();
  if (step > 0 && step < kMaxDropout) {
    MoveTo(number);
    Record(number, arrival);
  } else if (step <= 0 && number + kCapacity >= end_) {
    OnLate(number, arrival);
  } else if (jumped_ && sequence == after_jump_) {
    ForgetBelow(end_);
    Begin(sequence, arrival);
  } else {
    jumped_ = true;
    after_jump_ = rtp::Add(sequence, 1);
  }
}

void TransportArrivals::Begin(rtp::SequenceNumber first, TimePoint arrival) {
  begin_ = rtp::SequenceUnwrapper::First(first).value();
  end_ = begin_ + 1;
  first_pending_ = arrival;
  jumped_ = false;
  Record(begin_, arrival);
}

void TransportArrivals::MoveTo(uint64_t number) {
  ForgetBelow(number + 1 - kCapacity);
  end_ = number + 1;
}

void TransportArrivals::ForgetBelow(uint64_t number) {
  for (uint64_t old = end_ - kCapacity; old < std::min(number, end_); ++old) {
    if (arrived_[SlotOf(old)] && old >= begin_) ++untold_;
    arrived_.reset(SlotOf(old));
  }
  begin_ = std::max(begin_, number);
}

void TransportArrivals::OnLate(uint64_t number, TimePoint arrival) {
  if (arrived_[SlotOf(number)]) return;
  if (!CanTellFrom(number, arrival)) {
    ++untold_;
    return;
  }
  begin_ = std::min(begin_, number);
  Record(number, arrival);
}

bool TransportArrivals::CanTellFrom(uint64_t number, TimePoint now) const {
  for (uint64_t told = number; told < begin_; ++told) {
    const size_t slot = SlotOf(told);
    if (arrived_[slot] && now - arrivals_[slot] > kMaxLateness) return false;
  }
  return true;
}

void TransportArrivals::Record(uint64_t number, TimePoint arrival) {
  arrived_.set(SlotOf(number));
  arrivals_[SlotOf(number)] = arrival;
}

TimePoint TransportArrivals::NextReport() const {
  if (begin_ == end_) return kNever;
  return end_ - begin_ < kManyNumbers ? first_pending_ + kInterval : first_pending_;
}

std::optional<TransportArrivals::Report> TransportArrivals::MakeReport(Arrivals& buffer) const {
  if (begin_ == end_) return std::nullopt;
  size_t size = 0;
  for (uint64_t number = begin_; number < end_; ++number) {
    const size_t slot = SlotOf(number);
    if (arrived_[slot]) buffer[size++] = {rtp::ExtendedSequence(number), arrivals_[slot]};
  }
  return Report{rtp::ExtendedSequence(begin_), feedback_count_, std::span(buffer).first(size)};
}

void TransportArrivals::OnReported(rtp::ExtendedSequence last) {
  BATON_CHECK(last.value() >= begin_ && last.value() < end_);
  begin_ = last.value() + 1;
  ++feedback_count_;
}

}  // namespace baton::relay
