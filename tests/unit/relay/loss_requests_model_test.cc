// Loss requests against a model of them, under random loss and reordering.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "relay/loss_requests.h"

namespace baton::relay {
namespace {

using std::chrono::milliseconds;
using Kind = LossRequests::Kind;
using Numbers = std::vector<uint64_t>;

constexpr TimePoint kStart{std::chrono::hours(2)};
constexpr Duration kTolerance = LossRequests::kReorderTolerance;
constexpr Duration kMaxAge = LossRequests::kMaxAge;
constexpr size_t kMaxMissing = LossRequests::kMaxMissing;

rtp::ExtendedSequence Sequence(uint64_t value) { return rtp::ExtendedSequence(value); }

Numbers TakeDue(LossRequests& requests, TimePoint now, Duration round_trip, size_t room = 1000) {
  std::vector<rtp::ExtendedSequence> out(room);
  const size_t taken = requests.TakeDue(now, round_trip, out);
  Numbers numbers;
  for (size_t i = 0; i < taken; ++i) numbers.push_back(out[i].value());
  return numbers;
}

// What is missing, in a map.
class Model {
 public:
  struct Missing {
    TimePoint since;
    TimePoint due;
    std::vector<TimePoint> asked;
    Duration wait;
    bool wanted;
  };

  Kind OnPacket(uint64_t sequence, TimePoint now, Missing& filled) {
    if (newest_ == 0 || sequence == newest_ + 1) {
      newest_ = sequence;
      return Kind::kInOrder;
    }
    if (sequence <= newest_) {
      const auto found = missing_.find(sequence);
      if (found == missing_.end()) return Kind::kLate;
      filled = found->second;
      missing_.erase(found);
      return Kind::kFilled;
    }
    const uint64_t before = given_up_;
    for (uint64_t number = newest_ + 1; number < sequence; ++number) {
      if (missing_.size() == kMaxMissing) GiveUp(missing_.begin());
      missing_[number] = {now, now + kTolerance, {}, Duration(0), false};
    }
    newest_ = sequence;
    return given_up_ == before ? Kind::kGap : Kind::kOverflow;
  }

  bool Want(uint64_t sequence, TimePoint now) {
    if (sequence > newest_ || sequence + LossRequests::kWantWindow < newest_) return false;
    if (missing_.size() == kMaxMissing) return false;
    return missing_.try_emplace(sequence, Missing{now, now, {}, Duration(0), true}).second;
  }

  Numbers TakeDue(TimePoint now, Duration round_trip, size_t room) {
    for (auto i = missing_.begin(); i != missing_.end();) {
      i = now >= i->second.since + kMaxAge ? GiveUp(i) : std::next(i);
    }
    Numbers numbers;
    for (auto& [sequence, missing] : missing_) {
      if (numbers.size() == room) break;
      if (now < missing.due) continue;
      missing.wait = missing.asked.empty() ? std::max(round_trip, LossRequests::kMinWait)
                                           : std::max(round_trip, missing.wait * 3 / 2);
      missing.asked.push_back(now);
      missing.due = now + missing.wait;
      numbers.push_back(sequence);
    }
    return numbers;
  }

  TimePoint NextDue() const {
    TimePoint next = kNever;
    for (const auto& [sequence, missing] : missing_) {
      next = std::min({next, missing.due, missing.since + kMaxAge});
    }
    return next;
  }

  uint64_t TakeGivenUp() { return std::exchange(given_up_, 0); }
  size_t size() const { return missing_.size(); }

 private:
  using Map = std::map<uint64_t, Missing>;
  Map::iterator GiveUp(Map::iterator i) {
    if (!i->second.wanted) ++given_up_;
    return missing_.erase(i);
  }

  uint64_t newest_ = 0;
  uint64_t given_up_ = 0;
  Map missing_;
};

// One stream with loss, reordering and answers, and what its sender gets to hear.
class Comparison {
 public:
  explicit Comparison(uint64_t seed)
      : random_(seed),
        loss_(1 + random_.Below(40)),
        longest_gap_(random_.OneIn(4) ? 300 : 8),
        next_(random_.OneIn(2) ? (uint64_t{1} << 32) - random_.Below(500)
                               : 65'536 + random_.Below(65'536)) {}

  void Step() {
    now_ += std::chrono::microseconds(random_.Below(4000));
    const uint64_t kind = random_.Below(100);
    if (kind < 70) {
      if (random_.Below(100) < loss_) next_ += 1 + random_.Below(longest_gap_);
      Arrive(next_++);
    } else if (kind < 80) {
      Arrive(Behind(kMaxMissing));
    } else if (kind < 84) {
      Want(Behind(1100));
    } else {
      Ask();
    }
    ASSERT_EQ(requests_.size(), model_.size());
    ASSERT_EQ(requests_.empty(), model_.size() == 0);
    ASSERT_LE(requests_.size(), kMaxMissing);
    ASSERT_EQ(requests_.NextDue(), model_.NextDue());
  }

 private:
  uint64_t Behind(uint64_t most) { return next_ - random_.Below(random_.OneIn(2) ? 10 : most); }

  void Arrive(uint64_t sequence) {
    Model::Missing filled;
    const Kind expected = model_.OnPacket(sequence, now_, filled);
    const LossRequests::Result result = requests_.OnPacket(Sequence(sequence), now_);
    next_ = std::max(next_, sequence + 1);
    ASSERT_EQ(result.kind, expected);
    came_.insert(sequence);
    ASSERT_EQ(result.was_requested, expected == Kind::kFilled && !filled.asked.empty());
    ASSERT_EQ(result.round_trip.has_value(), filled.asked.size() == 1);
    ASSERT_EQ(result.round_trip.value_or(Duration(0)),
              filled.asked.size() == 1 ? now_ - filled.asked[0] : Duration(0));
  }

  void Want(uint64_t sequence) {
    const bool is_new = requests_.Want(Sequence(sequence), now_);
    ASSERT_EQ(is_new, model_.Want(sequence, now_));
    if (!is_new) return;
    came_.erase(sequence);
    not_before_.erase(sequence);
  }

  void Ask() {
    const Duration round_trip = milliseconds(random_.Below(random_.OneIn(10) ? 1200 : 80));
    const size_t room = random_.OneIn(3) ? random_.Below(20) : kMaxMissing;
    const Numbers due = TakeDue(requests_, now_, round_trip, room);
    ASSERT_EQ(due, model_.TakeDue(now_, round_trip, room));
    ASSERT_EQ(requests_.TakeGivenUp(), model_.TakeGivenUp());
    ASSERT_TRUE(std::ranges::is_sorted(due));
    for (const uint64_t sequence : due) {
      ASSERT_FALSE(came_.contains(sequence)) << sequence;
      TimePoint& not_before = not_before_[sequence];
      ASSERT_GE(now_, not_before) << sequence << " twice in a round trip";
      not_before = now_ + std::max(round_trip, LossRequests::kMinWait);
    }
  }

  Random random_;
  uint64_t loss_;  // percent
  uint64_t longest_gap_;
  uint64_t next_;
  TimePoint now_ = kStart;
  LossRequests requests_;
  Model model_;
  std::set<uint64_t> came_;                   // and is wanted by nobody
  std::map<uint64_t, TimePoint> not_before_;  // may the number be asked for
};

TEST(LossRequestsModel, AgreesWithAModel) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Comparison comparison(seed);
    for (int step = 0; step < 1500; ++step) {
      comparison.Step();
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace baton::relay
