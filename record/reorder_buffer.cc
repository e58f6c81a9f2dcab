#include "record/reorder_buffer.h"

#include <utility>

#include "base/check.h"

namespace baton::record {
namespace {

rtp::ExtendedSequence Plus(rtp::ExtendedSequence sequence, uint64_t count) {
  return rtp::ExtendedSequence(sequence.value() + count);
}

}  // namespace

ReorderBuffer::ReorderBuffer(PacketSink& sink, const Limits& limits)
    : sink_(sink), limits_(limits) {
  BATON_CHECK(limits.wait >= Duration::zero());
  BATON_CHECK(limits.packets > 0 && limits.packets <= kMaxStepForward);
}

void ReorderBuffer::Insert(const rtp::PacketView& packet, TimePoint received) {
  HandleDeadline(received);
  if (!started_) Begin(packet.sequence);
  const rtp::ExtendedSequence sequence = rtp::Extend(Highest(), packet.sequence);
  const auto step = static_cast<int64_t>(sequence.value() - Highest().value());
  if (step > kMaxStepForward || step <= -kMaxStepBack) {
    PlaceFar(packet, received);
  } else {
    Place(sequence, packet, received);
  }
  while (held_bytes_ > limits_.bytes) GiveUpFront();
}

void ReorderBuffer::HandleDeadline(TimePoint now) {
  while (!slots_.empty() && NextDeadline() <= now) GiveUpFront();
}

TimePoint ReorderBuffer::NextDeadline() const {
  if (slots_.empty()) return kNever;
  const TimePoint missed = slots_.front().time;
  return missed > kNever - limits_.wait ? kNever : missed + limits_.wait;
}

void ReorderBuffer::Flush() {
  while (!slots_.empty()) GiveUpFront();
  if (stray_) ++counters_.stray;
  stray_.reset();
}

rtp::ExtendedSequence ReorderBuffer::Highest() const {
  return rtp::ExtendedSequence(next_.value() + slots_.size() - 1);
}

void ReorderBuffer::Begin(rtp::SequenceNumber sequence) {
  started_ = true;
  next_ = rtp::SequenceUnwrapper::First(sequence);
  given_up_.set();
}

void ReorderBuffer::Place(rtp::ExtendedSequence sequence, const rtp::PacketView& packet,
                          TimePoint received) {
  if (sequence < next_) {
    ++(given_up_[sequence.value() % kMaxStepBack] ? counters_.late : counters_.duplicates);
    return;
  }
  MakeRoom(sequence);
  if (sequence == next_) {
    if (!slots_.empty()) slots_.pop_front();
    Deliver({.marker = packet.marker, .timestamp = packet.timestamp, .time = received},
            packet.payload());
    DeliverHeld();
    return;
  }
  Hold(sequence, packet, received);
}

void ReorderBuffer::MakeRoom(rtp::ExtendedSequence sequence) {
  const auto too_far = [&] { return sequence.value() - next_.value() >= limits_.packets; };
  while (too_far() && !slots_.empty()) GiveUpFront();
  if (too_far()) GiveUp(sequence.value() - next_.value());
}

void ReorderBuffer::PlaceFar(const rtp::PacketView& packet, TimePoint received) {
  if (!stray_ || packet.sequence != rtp::Add(stray_->sequence, 1)) {
    if (stray_) ++counters_.stray;
    const Bytes payload = packet.payload();
    stray_ = Stray{packet.sequence,
                   {.marker = packet.marker,
                    .timestamp = packet.timestamp,
                    .time = received,
                    .payload = {payload.begin(), payload.end()}}};
    return;
  }
  const Stray first = *std::exchange(stray_, std::nullopt);
  while (!slots_.empty()) GiveUpFront();
  // Forward, since numbers of a leg do not go back: they have come around.
  GiveUp(static_cast<uint16_t>(rtp::Distance(rtp::ToWire(next_), first.sequence)));
  Deliver(first.slot, first.slot.payload);
  Place(next_, packet, received);
}

void ReorderBuffer::Hold(rtp::ExtendedSequence sequence, const rtp::PacketView& packet,
                         TimePoint received) {
  const uint64_t index = sequence.value() - next_.value();
  while (slots_.size() <= index) slots_.push_back({.time = received});
  Slot& slot = slots_[index];
  if (slot.arrived) {
    ++counters_.duplicates;
    return;
  }
  const Bytes payload = packet.payload();
  slot = {.arrived = true,
          .marker = packet.marker,
          .timestamp = packet.timestamp,
          .time = received,
          .payload = {payload.begin(), payload.end()}};
  held_bytes_ += payload.size();
}

void ReorderBuffer::DeliverHeld() {
  while (!slots_.empty() && slots_.front().arrived) {
    const Slot slot = std::move(slots_.front());
    slots_.pop_front();
    held_bytes_ -= slot.payload.size();
    Deliver(slot, slot.payload);
  }
}

void ReorderBuffer::GiveUpFront() {
  uint64_t missing = 0;
  while (!slots_.empty() && !slots_.front().arrived) {
    slots_.pop_front();
    ++missing;
  }
  GiveUp(missing);
  DeliverHeld();
}

void ReorderBuffer::Deliver(const Slot& slot, Bytes payload) {
  const rtp::ExtendedSequence sequence = next_;
  given_up_[sequence.value() % kMaxStepBack] = false;
  next_ = Plus(next_, 1);
  ++counters_.delivered;
  sink_.OnPacket({.sequence = sequence,
                  .timestamp = slot.timestamp,
                  .marker = slot.marker,
                  .payload = payload,
                  .received = slot.time});
}

void ReorderBuffer::GiveUp(uint64_t count) {
  const Gap gap{next_, count};
  for (uint64_t i = 0; i < count && i < given_up_.size(); ++i) {
    given_up_[Plus(next_, i).value() % kMaxStepBack] = true;
  }
  next_ = Plus(next_, count);
  counters_.lost += count;
  sink_.OnGap(gap);
}

}  // namespace baton::record
