#include "relay/loss_requests.h"

#include <algorithm>
#include <utility>

namespace baton::relay {

using rtp::ExtendedSequence;

LossRequests::Result LossRequests::OnPacketOutOfOrder(ExtendedSequence sequence, TimePoint now) {
  if (newest_ == ExtendedSequence(0)) {
    newest_ = sequence;
    return {Kind::kInOrder};
  }
  if (sequence <= newest_) return Fill(sequence, now);
  const uint64_t first = newest_.value() + 1;
  newest_ = sequence;
  return {AddGap(first, sequence.value(), now) ? Kind::kGap : Kind::kOverflow};
}

LossRequests::Result LossRequests::Fill(ExtendedSequence sequence, TimePoint now) {
  const size_t position = LowerBound(sequence);
  if (!IsAt(position, sequence)) return {Kind::kLate};
  const Missing& found = missing_[position];
  Result result{Kind::kFilled, found.requests > 0};
  if (found.requests == 1) result.round_trip = now - found.asked;
  Erase(position, 1);
  return result;
}

// Numbers from `first` to before `end` are missing, all of them above those that are missing
// already. False if some had to be given up: the highest are kept.
bool LossRequests::AddGap(uint64_t first, uint64_t end, TimePoint now) {
  const uint64_t given_up_before = given_up_;
  const uint64_t kept = std::min<uint64_t>(end - first, kMaxMissing);
  given_up_ += end - first - kept;
  if (size_ + kept > kMaxMissing) {
    const size_t displaced = size_ + kept - kMaxMissing;
    for (size_t i = 0; i < displaced; ++i) CountGivenUp(missing_[i]);
    Erase(0, displaced);
  }
  for (uint64_t sequence = end - kept; sequence < end; ++sequence) {
    missing_[size_++] = {
        .sequence = ExtendedSequence(sequence), .since = now, .due = now + kReorderTolerance};
  }
  return given_up_ == given_up_before;
}

bool LossRequests::Want(ExtendedSequence sequence, TimePoint now) {
  if (sequence > newest_ || newest_.value() - sequence.value() > kWantWindow) return false;
  const size_t position = LowerBound(sequence);
  if (size_ == kMaxMissing || IsAt(position, sequence)) return false;
  std::move_backward(missing_.begin() + position, missing_.begin() + size_,
                     missing_.begin() + size_ + 1);
  missing_[position] = {.sequence = sequence, .since = now, .due = now, .wanted = true};
  ++size_;
  return true;
}

size_t LossRequests::TakeDue(TimePoint now, Duration round_trip, std::span<ExtendedSequence> out) {
  GiveUpOld(now);
  size_t taken = 0;
  for (size_t i = 0; i < size_ && taken < out.size(); ++i) {
    if (missing_[i].due > now) continue;
    missing_[i].Ask(now, round_trip);
    out[taken++] = missing_[i].sequence;
  }
  return taken;
}

void LossRequests::Missing::Ask(TimePoint now, Duration round_trip) {
  const Duration least = requests == 0 ? kMinWait : (due - asked) * 3 / 2;
  asked = now;
  due = now + std::max(round_trip, least);
  ++requests;
}

TimePoint LossRequests::NextDue() const {
  TimePoint next = kNever;
  for (size_t i = 0; i < size_; ++i) {
    next = std::min({next, missing_[i].due, missing_[i].since + kMaxAge});
  }
  return next;
}

uint64_t LossRequests::TakeGivenUp() { return std::exchange(given_up_, 0); }

void LossRequests::Clear() {
  newest_ = {};
  size_ = 0;
  given_up_ = 0;
}

void LossRequests::GiveUpOld(TimePoint now) {
  size_t left = 0;
  for (size_t i = 0; i < size_; ++i) {
    if (now - missing_[i].since < kMaxAge) {
      missing_[left++] = missing_[i];
    } else {
      CountGivenUp(missing_[i]);
    }
  }
  size_ = left;
}

void LossRequests::CountGivenUp(const Missing& missing) {
  if (!missing.wanted) ++given_up_;
}

// Where the number is, or would be.
size_t LossRequests::LowerBound(ExtendedSequence sequence) const {
  const auto end = missing_.begin() + size_;
  const auto is_below = [](const Missing& missing, ExtendedSequence number) {
    return missing.sequence < number;
  };
  return static_cast<size_t>(std::lower_bound(missing_.begin(), end, sequence, is_below) -
                             missing_.begin());
}

bool LossRequests::IsAt(size_t position, ExtendedSequence sequence) const {
  return position < size_ && missing_[position].sequence == sequence;
}

void LossRequests::Erase(size_t first, size_t count) {
  const auto begin = missing_.begin() + first;
  std::move(begin + count, missing_.begin() + size_, begin);
  size_ -= count;
}

}  // namespace baton::relay
