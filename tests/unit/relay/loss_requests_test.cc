#include "relay/loss_requests.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace baton::relay {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using Kind = LossRequests::Kind;
using Result = LossRequests::Result;
using Numbers = std::vector<uint64_t>;

constexpr TimePoint kStart{std::chrono::hours(2)};
constexpr Duration kTolerance = LossRequests::kReorderTolerance;
constexpr Duration kMaxAge = LossRequests::kMaxAge;
constexpr size_t kMaxMissing = LossRequests::kMaxMissing;
constexpr uint64_t kFirst = 70'000;

rtp::ExtendedSequence Sequence(uint64_t value) { return rtp::ExtendedSequence(value); }

Numbers TakeDue(LossRequests& requests, TimePoint now, Duration round_trip, size_t room = 1000) {
  std::vector<rtp::ExtendedSequence> out(room);
  const size_t taken = requests.TakeDue(now, round_trip, out);
  Numbers numbers;
  for (size_t i = 0; i < taken; ++i) numbers.push_back(out[i].value());
  return numbers;
}

class LossRequestsTest : public testing::Test {
 protected:
  LossRequestsTest() { Arrive(kFirst); }

  Result Arrive(uint64_t sequence, Duration after = Duration(0)) {
    return requests_.OnPacket(Sequence(sequence), kStart + after);
  }
  Kind Place(uint64_t sequence, Duration after = Duration(0)) {
    return Arrive(sequence, after).kind;
  }
  bool Want(uint64_t sequence, Duration after = Duration(0)) {
    return requests_.Want(Sequence(sequence), kStart + after);
  }
  Numbers Due(Duration after, Duration round_trip = Duration(0), size_t room = 1000) {
    return TakeDue(requests_, kStart + after, round_trip, room);
  }
  // From the start; meaningless if nothing is missing.
  Duration NextDue() const { return requests_.NextDue() - kStart; }

  LossRequests requests_;
};

TEST_F(LossRequestsTest, WithoutLossThereIsNothingToDo) {
  LossRequests fresh;
  EXPECT_EQ(fresh.NextDue(), kNever);
  EXPECT_TRUE(TakeDue(fresh, kStart, Duration(0)).empty());
  EXPECT_FALSE(fresh.Want(Sequence(kFirst), kStart)) << "nothing has come yet";
  EXPECT_EQ(fresh.OnPacket(Sequence(kFirst), kStart).kind, Kind::kInOrder);
  for (uint64_t i = 1; i < 300; ++i) ASSERT_EQ(Place(kFirst + i), Kind::kInOrder);
  EXPECT_TRUE(requests_.empty());
  EXPECT_EQ(requests_.NextDue(), kNever);
  EXPECT_EQ(Place(kFirst + 299), Kind::kLate);
  EXPECT_EQ(Place(kFirst + 5), Kind::kLate);
  EXPECT_EQ(Place(kFirst - 5), Kind::kLate);
  EXPECT_TRUE(requests_.empty());
}

TEST_F(LossRequestsTest, AGapIsAskedForAfterTheReorderTolerance) {
  EXPECT_EQ(Place(kFirst + 4), Kind::kGap);
  EXPECT_EQ(requests_.size(), 3u);
  EXPECT_EQ(NextDue(), kTolerance);
  EXPECT_EQ(Due(kTolerance - nanoseconds(1)), Numbers{});
  EXPECT_EQ(Due(kTolerance), (Numbers{kFirst + 1, kFirst + 2, kFirst + 3}));
  EXPECT_EQ(Due(kTolerance), Numbers{});
  EXPECT_EQ(Place(kFirst + 5), Kind::kInOrder);
}

TEST_F(LossRequestsTest, NumbersGoOnAcrossEveryWrap) {
  for (const uint64_t wrap : {uint64_t{1} << 16, uint64_t{1} << 17, uint64_t{1} << 32}) {
    requests_.Clear();
    EXPECT_EQ(Place(wrap - 2), Kind::kInOrder);
    EXPECT_EQ(Place(wrap + 2), Kind::kGap);
    EXPECT_EQ(Due(kTolerance), (Numbers{wrap - 1, wrap, wrap + 1}));
    EXPECT_EQ(Place(wrap), Kind::kFilled);
    EXPECT_EQ(Place(wrap), Kind::kLate);
    EXPECT_EQ(requests_.size(), 2u);
  }
}

TEST_F(LossRequestsTest, WhatWasOnlyLateIsNotAskedFor) {
  Place(kFirst + 3);
  const Result late = Arrive(kFirst + 1, milliseconds(9));
  EXPECT_EQ(late.kind, Kind::kFilled);
  EXPECT_FALSE(late.was_requested);
  EXPECT_FALSE(late.round_trip);
  EXPECT_EQ(Due(kTolerance), Numbers{kFirst + 2});
}

TEST_F(LossRequestsTest, TheFirstAnswerGivesTheRoundTripTime) {
  Place(kFirst + 4);
  EXPECT_EQ(Due(milliseconds(12), milliseconds(100)).size(), 3u);
  const Result once = Arrive(kFirst + 2, milliseconds(55));
  EXPECT_EQ(once.kind, Kind::kFilled);
  EXPECT_TRUE(once.was_requested);
  EXPECT_EQ(once.round_trip, milliseconds(43));
  // Asked twice, it could be the answer to either.
  EXPECT_EQ(Due(milliseconds(112), milliseconds(100)).size(), 2u);
  const Result twice = Arrive(kFirst + 1, milliseconds(120));
  EXPECT_EQ(twice.kind, Kind::kFilled);
  EXPECT_TRUE(twice.was_requested);
  EXPECT_FALSE(twice.round_trip);
}

TEST_F(LossRequestsTest, RequestsRepeatAfterARoundTripThenLater) {
  Place(kFirst + 2);
  const Duration round_trip = milliseconds(40);
  EXPECT_EQ(Due(milliseconds(10), round_trip).size(), 1u);
  EXPECT_EQ(NextDue(), milliseconds(50));
  EXPECT_EQ(Due(milliseconds(50) - nanoseconds(1), round_trip).size(), 0u);
  EXPECT_EQ(Due(milliseconds(50), round_trip).size(), 1u);
  EXPECT_EQ(NextDue(), milliseconds(50 + 60));
  EXPECT_EQ(Due(milliseconds(110), round_trip).size(), 1u);
  EXPECT_EQ(NextDue(), milliseconds(110 + 90));
  EXPECT_EQ(Due(milliseconds(200), milliseconds(300)).size(), 1u) << "slower than it was";
  EXPECT_EQ(NextDue(), milliseconds(200 + 300));
  EXPECT_EQ(Due(milliseconds(510), milliseconds(30)).size(), 1u) << "asked when the tick came";
  EXPECT_EQ(NextDue(), milliseconds(510 + 450));
}

TEST_F(LossRequestsTest, ARequestIsGivenTimeToBeAnsweredOnAnyPath) {
  Place(kFirst + 2);
  Duration at = kTolerance;
  Duration wait = LossRequests::kMinWait;
  int asked = 0;
  for (; at < kMaxAge; at += wait, wait = wait * 3 / 2) {
    ASSERT_EQ(NextDue(), at);
    ASSERT_EQ(Due(at).size(), 1u);
    ++asked;
  }
  EXPECT_EQ(asked, 9) << "as many as an age of a second allows";
  EXPECT_EQ(NextDue(), kMaxAge);
}

TEST_F(LossRequestsTest, GivesUpAtExactlyTheAgeLimit) {
  Place(kFirst + 3);
  EXPECT_EQ(Due(milliseconds(10), kMaxAge * 2).size(), 2u);
  EXPECT_EQ(NextDue(), kMaxAge);
  EXPECT_TRUE(Due(kMaxAge - nanoseconds(1)).empty());
  EXPECT_EQ(requests_.size(), 2u);
  EXPECT_EQ(requests_.TakeGivenUp(), 0u);
  EXPECT_TRUE(Due(kMaxAge).empty());
  EXPECT_TRUE(requests_.empty());
  EXPECT_EQ(requests_.NextDue(), kNever);
  EXPECT_EQ(requests_.TakeGivenUp(), 2u);
  EXPECT_EQ(requests_.TakeGivenUp(), 0u);
  EXPECT_EQ(Place(kFirst + 1, kMaxAge), Kind::kLate);
}

TEST_F(LossRequestsTest, WhatIsTooOldIsNotAskedForOnceMore) {
  Place(kFirst + 2);
  Place(kFirst + 4, milliseconds(1));
  EXPECT_EQ(Due(kMaxAge), Numbers{kFirst + 3}) << "the first was never asked for";
  EXPECT_EQ(requests_.TakeGivenUp(), 1u);
}

TEST_F(LossRequestsTest, WhatDoesNotFitInOneRequestFollowsInTheNext) {
  Place(kFirst + 6);
  EXPECT_EQ(Due(milliseconds(10), Duration(0), 2), (Numbers{kFirst + 1, kFirst + 2}));
  EXPECT_EQ(NextDue(), milliseconds(10)) << "there is more";
  EXPECT_EQ(Due(milliseconds(10), Duration(0), 2), (Numbers{kFirst + 3, kFirst + 4}));
  EXPECT_EQ(Due(milliseconds(10), Duration(0), 0), Numbers{});
  EXPECT_EQ(Due(milliseconds(11), Duration(0), 2), Numbers{kFirst + 5});
  EXPECT_EQ(NextDue(), milliseconds(30));
}

TEST_F(LossRequestsTest, AGapAsLongAsThereIsRoomIsKept) {
  EXPECT_EQ(Place(kFirst + kMaxMissing + 1), Kind::kGap);
  EXPECT_EQ(requests_.size(), kMaxMissing);
  EXPECT_EQ(requests_.TakeGivenUp(), 0u);
  EXPECT_EQ(Due(kTolerance).size(), kMaxMissing);
}

TEST_F(LossRequestsTest, OfALongerGapTheOldestAreGivenUp) {
  EXPECT_EQ(Place(kFirst + kMaxMissing + 2), Kind::kOverflow);
  EXPECT_EQ(requests_.TakeGivenUp(), 1u);
  const Numbers due = Due(kTolerance);
  ASSERT_EQ(due.size(), kMaxMissing);
  EXPECT_EQ(due.front(), kFirst + 2);
  EXPECT_EQ(due.back(), kFirst + kMaxMissing + 1);
  EXPECT_EQ(Place(kFirst + 1), Kind::kLate);
  EXPECT_EQ(Place(kFirst + 2), Kind::kFilled);

  EXPECT_EQ(Place(kFirst + 10'000), Kind::kOverflow);
  EXPECT_EQ(requests_.size(), kMaxMissing);
  EXPECT_EQ(requests_.TakeGivenUp(), 10'000 - 1 - (kMaxMissing + 2) - 1);
}

TEST_F(LossRequestsTest, AFurtherGapDisplacesTheOldest) {
  EXPECT_EQ(Place(kFirst + 101), Kind::kGap);
  EXPECT_EQ(Place(kFirst + 130), Kind::kGap);
  EXPECT_EQ(requests_.size(), kMaxMissing);
  EXPECT_EQ(Place(kFirst + 133, milliseconds(1)), Kind::kOverflow);
  EXPECT_EQ(requests_.TakeGivenUp(), 2u);
  const Numbers due = Due(milliseconds(11));
  ASSERT_EQ(due.size(), kMaxMissing);
  EXPECT_EQ(due.front(), kFirst + 3);
  EXPECT_EQ(due.back(), kFirst + 132);
}

TEST_F(LossRequestsTest, WhatASubscriberWantsIsAskedForAtOnceAndOnce) {
  for (uint64_t i = 1; i <= 2000; ++i) Place(kFirst + i);
  EXPECT_TRUE(Want(kFirst + 1990));
  EXPECT_FALSE(Want(kFirst + 1990));
  EXPECT_TRUE(Want(kFirst + 1980));
  EXPECT_TRUE(Want(kFirst + 2000)) << "the newest";
  EXPECT_FALSE(Want(kFirst + 2001));
  EXPECT_TRUE(Want(kFirst + 2000 - LossRequests::kWantWindow));
  EXPECT_FALSE(Want(kFirst + 2000 - LossRequests::kWantWindow - 1));
  EXPECT_EQ(NextDue(), Duration(0));
  EXPECT_EQ(Due(Duration(0), milliseconds(50)),
            (Numbers{kFirst + 976, kFirst + 1980, kFirst + 1990, kFirst + 2000}));
  EXPECT_FALSE(Want(kFirst + 1990, milliseconds(1)));
  const Result answer = Arrive(kFirst + 1990, milliseconds(30));
  EXPECT_EQ(answer.kind, Kind::kFilled);
  EXPECT_TRUE(answer.was_requested);
  EXPECT_EQ(answer.round_trip, milliseconds(30));
  EXPECT_TRUE(Want(kFirst + 1990, milliseconds(31))) << "and lost again";
}

TEST_F(LossRequestsTest, WhatIsMissingAnywayNeedNotBeWanted) {
  Place(kFirst + 2);
  EXPECT_FALSE(Want(kFirst + 1, milliseconds(1)));
  EXPECT_EQ(NextDue(), kTolerance);
}

TEST_F(LossRequestsTest, WhatOneSubscriberWantedIsNotMissedByAll) {
  for (uint64_t i = 1; i <= 10; ++i) Place(kFirst + i);
  EXPECT_TRUE(Want(kFirst + 5));
  EXPECT_TRUE(Due(kMaxAge).empty());
  EXPECT_TRUE(requests_.empty());
  EXPECT_EQ(requests_.TakeGivenUp(), 0u);

  EXPECT_TRUE(Want(kFirst + 5));
  EXPECT_EQ(Place(kFirst + 11 + kMaxMissing), Kind::kGap) << "it alone made room";
  EXPECT_EQ(requests_.size(), kMaxMissing);
  EXPECT_EQ(requests_.TakeGivenUp(), 0u);
  EXPECT_FALSE(Want(kFirst + 5)) << "no room";
}

TEST_F(LossRequestsTest, ClearBeginsAnew) {
  Place(kFirst + 500);
  requests_.Clear();
  EXPECT_TRUE(requests_.empty());
  EXPECT_EQ(requests_.NextDue(), kNever);
  EXPECT_EQ(requests_.TakeGivenUp(), 0u);
  EXPECT_EQ(Place(kFirst + 900), Kind::kInOrder);
  EXPECT_TRUE(requests_.empty());
}

TEST_F(LossRequestsTest, AllZerosHaveNotBegun) {
  std::vector<uint8_t> zeros(sizeof(LossRequests));
  std::memcpy(&requests_, zeros.data(), zeros.size());
  EXPECT_TRUE(requests_.empty());
  EXPECT_EQ(Place(kFirst + 900), Kind::kInOrder);
  EXPECT_EQ(Place(kFirst + 902), Kind::kGap);
  EXPECT_EQ(Due(kTolerance), Numbers{kFirst + 901});
}

}  // namespace
}  // namespace baton::relay
