#include "bench/load/stun_load.h"

#include <gtest/gtest.h>

#include "stun/message_builder.h"

namespace baton::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const StunSchedule kSchedule{.start = TimePoint(seconds(50)),
                             .rate = 1000,
                             .sources = 3,
                             .first_measured = 20,
                             .end = 500,
                             .run = 77};

std::vector<TransportAddress> Sources() {
  std::vector<TransportAddress> sources;
  for (uint16_t i = 0; i < kSchedule.sources; ++i) {
    sources.push_back({IpAddress::V4({127, 0, 0, 1}), static_cast<uint16_t>(40000 + i)});
  }
  return sources;
}

std::vector<uint8_t> Answer(const stun::TransactionId& id, const TransportAddress& mapped,
                            stun::MessageClass what = stun::MessageClass::kSuccess) {
  std::vector<uint8_t> bytes(100);
  stun::MessageBuilder message(bytes, what, stun::Method::kBinding, id);
  message.AddXorMappedAddress(mapped);
  bytes.resize(message.size());
  return bytes;
}

class StunJudgeTest : public testing::Test {
 protected:
  void OnAnswer(uint64_t number, size_t source, Bytes bytes) {
    judge_.OnDatagram(source, bytes, kSchedule.Due(number) + milliseconds(2));
  }
  void Deliver(uint64_t number) {
    const size_t source = kSchedule.SourceOf(number);
    OnAnswer(number, source, Answer(kSchedule.IdOf(number), sources_[source]));
  }
  Arrivals Taken() {
    Arrivals arrivals;
    judge_.Take(arrivals);
    return arrivals;
  }

  std::vector<TransportAddress> sources_ = Sources();
  StunJudge judge_{kSchedule, sources_};
};

TEST(StunSchedule, SpacesRequestsEvenly) {
  EXPECT_EQ(kSchedule.Due(0), kSchedule.start);
  EXPECT_EQ(kSchedule.Due(1500), kSchedule.start + milliseconds(1500));
  EXPECT_EQ(StunSchedule::NumberAt(seconds(2), 50'000), 100'000U);
  EXPECT_EQ(StunSchedule::NumberAt(Duration(1), 1000), 1U);
}

TEST(StunSchedule, GivesEverySourceItsTurn) {
  std::vector<uint64_t> own(kSchedule.sources);
  for (uint64_t number = 0; number < 1000; ++number) {
    for (size_t source = 0; source < own.size(); ++source) {
      ASSERT_EQ(kSchedule.OwnBefore(source, number), own[source]) << number << " " << source;
    }
    ++own[kSchedule.SourceOf(number)];
  }
}

TEST(StunSchedule, NumbersItsTransactions) {
  EXPECT_EQ(kSchedule.NumberOf(kSchedule.IdOf(123'456'789'012)), 123'456'789'012U);
  StunSchedule other = kSchedule;
  other.run = 78;
  EXPECT_FALSE(kSchedule.NumberOf(other.IdOf(1)).has_value());
}

TEST_F(StunJudgeTest, CountsAnswersAndTheirLatency) {
  for (uint64_t number = 0; number < 500; ++number) {
    if (number != 100 && number != 250) Deliver(number);
  }
  const Arrivals arrivals = Taken();
  EXPECT_EQ(arrivals.legs.received, 478U);
  EXPECT_EQ(arrivals.latency.max(), 2'000'000U);
  LegLedger::Settled settled = judge_.Settle(200);
  EXPECT_EQ(settled.expected, 180U);
  EXPECT_EQ(settled.lost, 1U);
  settled = judge_.Settle(500);
  EXPECT_EQ(settled.expected, 300U);
  EXPECT_EQ(settled.lost, 1U);
}

TEST_F(StunJudgeTest, SettlesNothingOfTheWarmUp) {
  EXPECT_EQ(judge_.Settle(0).expected, 0U);
  EXPECT_EQ(judge_.Settle(20).expected, 0U);
  EXPECT_EQ(judge_.Settle(21).expected, 1U);
}

TEST_F(StunJudgeTest, SeesDuplicatesAndOrder) {
  Deliver(32);
  Deliver(34);
  Deliver(33);
  Deliver(34);
  const Arrivals arrivals = Taken();
  EXPECT_EQ(arrivals.legs.received, 3U);
  EXPECT_EQ(arrivals.legs.reordered, 1U);
  EXPECT_EQ(arrivals.legs.duplicated, 1U);
}

TEST_F(StunJudgeTest, SeesAnswersThatAreNone) {
  const size_t source = kSchedule.SourceOf(40);
  const size_t other = (source + 1) % sources_.size();
  const stun::TransactionId id = kSchedule.IdOf(40);
  OnAnswer(40, source, Answer(id, sources_[other]));
  OnAnswer(40, source, Answer(id, sources_[source], stun::MessageClass::kError));
  OnAnswer(40, source, std::vector<uint8_t>(28, 1));
  EXPECT_EQ(Taken().legs.corrupted, 3U);
  OnAnswer(40, other, Answer(id, sources_[other]));
  OnAnswer(40, source, Answer(kSchedule.IdOf(500), sources_[source]));
  OnAnswer(40, source, Answer({}, sources_[source]));
  EXPECT_EQ(Taken().legs.misdelivered, 3U);
}

}  // namespace
}  // namespace baton::bench
