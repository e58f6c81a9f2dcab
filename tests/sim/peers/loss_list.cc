#include "tests/sim/peers/loss_list.h"

#include <algorithm>

namespace baton::sim {

bool LossList::Arrived(TimePoint now, int64_t sequence) {
  if (highest_ < 0 || sequence > highest_) {
    const int64_t from = highest_ < 0 ? sequence : highest_ + 1;
    highest_ = sequence;
    if (sequence - from + static_cast<int64_t>(missing_.size()) > int64_t{kMaxMissing}) {
      missing_.clear();
      return false;
    }
    for (int64_t i = from; i < sequence; ++i) missing_.push_back({i, now + config_.first_wait, 0});
    return true;
  }
  std::erase_if(missing_, [&](const Missing& m) { return m.sequence == sequence; });
  return true;
}

void LossList::ForgetBefore(int64_t sequence) {
  std::erase_if(missing_, [&](const Missing& m) { return m.sequence < sequence; });
}

std::vector<uint16_t> LossList::TakeDue(TimePoint now) {
  std::vector<uint16_t> due;
  for (Missing& missing : missing_) {
    if (missing.next > now) continue;
    due.push_back(static_cast<uint16_t>(missing.sequence));
    missing.next = now + config_.retry_interval;
    ++missing.tries;
  }
  std::erase_if(missing_, [&](const Missing& m) { return m.tries >= config_.tries; });
  return due;
}

TimePoint LossList::next() const {
  TimePoint next = kNever;
  for (const Missing& missing : missing_) next = std::min(next, missing.next);
  return next;
}

}  // namespace baton::sim
