#include "relay/retransmission_limiter.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <vector>

#include "base/random.h"

namespace baton::relay {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using Result = RetransmissionLimiter::Result;

constexpr TimePoint kStart{std::chrono::hours(5)};
constexpr Duration kRoundTrip = milliseconds(40);
constexpr uint64_t kInitial = RetransmissionLimiter::kInitialBudget;
constexpr uint64_t kMax = RetransmissionLimiter::kMaxBudget;

class LimiterTest : public testing::Test {
 protected:
  Result Admit(uint16_t sequence, Duration after, size_t size = 100,
               Duration round_trip = kRoundTrip) {
    return limiter_.Admit(rtp::SequenceNumber(sequence), size, media_bytes_, start_ + after,
                          round_trip);
  }
  // How many bytes may be sent, by trying; spends them.
  size_t Drain() {
    size_t sent = 0;
    for (size_t size = kMax * 2; size > 0; size /= 2) {
      while (Admit(next_++, next_time_ += milliseconds(1), size, Duration(0)) == Result::kSend) {
        sent += size;
      }
    }
    return sent;
  }

  TimePoint start_ = kStart;
  uint64_t media_bytes_ = 0;
  RetransmissionLimiter limiter_;
  uint16_t next_ = 0;
  Duration next_time_ = Duration(0);
};

TEST_F(LimiterTest, SendsANumberOncePerRoundTrip) {
  EXPECT_EQ(Admit(7, milliseconds(0)), Result::kSend);
  EXPECT_EQ(Admit(7, milliseconds(0)), Result::kTooSoon);
  EXPECT_EQ(Admit(7, milliseconds(39)), Result::kTooSoon);
  EXPECT_EQ(Admit(8, milliseconds(39)), Result::kSend) << "another number";
  EXPECT_EQ(Admit(7, milliseconds(40)), Result::kSend);
  EXPECT_EQ(Admit(7, milliseconds(79)), Result::kTooSoon) << "counted from the latest";
  EXPECT_EQ(Admit(8, milliseconds(79)), Result::kSend);
  EXPECT_EQ(Admit(7, milliseconds(80)), Result::kSend);
}

TEST_F(LimiterTest, ARoundTripIsWholeMillisecondsAndAtLeastOne) {
  EXPECT_EQ(Admit(1, microseconds(0), 1, Duration(0)), Result::kSend);
  EXPECT_EQ(Admit(1, microseconds(999), 1, Duration(0)), Result::kTooSoon);
  EXPECT_EQ(Admit(1, microseconds(1000), 1, Duration(0)), Result::kSend);
  EXPECT_EQ(Admit(2, milliseconds(0), 1), Result::kSend);
  EXPECT_EQ(Admit(2, milliseconds(2), 1, microseconds(2001)), Result::kTooSoon);
  EXPECT_EQ(Admit(2, milliseconds(3), 1, microseconds(2001)), Result::kSend);
}

TEST_F(LimiterTest, NumberZeroOfANewLegIsSent) {
  start_ = TimePoint{};
  EXPECT_EQ(Admit(0, Duration(0)), Result::kSend);
  EXPECT_EQ(Admit(0, Duration(0)), Result::kTooSoon);
}

TEST_F(LimiterTest, NumbersAroundTheWrapAreTheirOwn) {
  constexpr std::array<uint16_t, 4> kAroundTheWrap = {65534, 65535, 0, 1};
  for (const uint16_t sequence : kAroundTheWrap) {
    EXPECT_EQ(Admit(sequence, milliseconds(0)), Result::kSend);
  }
  for (const uint16_t sequence : kAroundTheWrap) {
    EXPECT_EQ(Admit(sequence, milliseconds(39)), Result::kTooSoon);
    EXPECT_EQ(Admit(sequence, milliseconds(40)), Result::kSend);
  }
}

TEST_F(LimiterTest, TimeMayWrap) {
  start_ = TimePoint(milliseconds((uint64_t{1} << 32) - 20));
  EXPECT_EQ(Admit(3, milliseconds(0)), Result::kSend);
  EXPECT_EQ(Admit(3, milliseconds(20)), Result::kTooSoon);
  EXPECT_EQ(Admit(3, milliseconds(39)), Result::kTooSoon);
  EXPECT_EQ(Admit(3, milliseconds(40)), Result::kSend);
}

TEST_F(LimiterTest, AFullRingForgetsTheOldest) {
  constexpr uint16_t kRemembered = RetransmissionLimiter::kRemembered;
  for (uint16_t i = 0; i < kRemembered; ++i) ASSERT_EQ(Admit(i, Duration(0)), Result::kSend);
  for (uint16_t i = 0; i < kRemembered; ++i) ASSERT_EQ(Admit(i, Duration(0)), Result::kTooSoon);
  EXPECT_EQ(Admit(kRemembered, Duration(0)), Result::kSend);
  EXPECT_EQ(Admit(1, Duration(0)), Result::kTooSoon);
  EXPECT_EQ(Admit(kRemembered, Duration(0)), Result::kTooSoon);
  EXPECT_EQ(Admit(0, Duration(0)), Result::kSend) << "forgotten";
  EXPECT_EQ(Admit(1, Duration(0)), Result::kSend) << "and so is this one now";
  EXPECT_EQ(Admit(0, Duration(0)), Result::kTooSoon);
}

TEST_F(LimiterTest, TheBudgetIsSpentToTheLastByte) {
  EXPECT_EQ(Admit(1, Duration(0), kInitial + 1), Result::kOverBudget);
  EXPECT_EQ(Admit(1, Duration(0), kInitial), Result::kSend) << "what was refused was not sent";
  EXPECT_EQ(Admit(2, Duration(0), 1), Result::kOverBudget);
  media_bytes_ = 1;
  EXPECT_EQ(Admit(2, Duration(0), 1), Result::kOverBudget);
  media_bytes_ = 2;
  EXPECT_EQ(Admit(2, Duration(0), 2), Result::kOverBudget);
  EXPECT_EQ(Admit(2, Duration(0), 1), Result::kSend);
  EXPECT_EQ(Admit(2, Duration(0), 1), Result::kTooSoon) << "whatever is left";
  EXPECT_EQ(Admit(3, Duration(0), 1), Result::kOverBudget);
  media_bytes_ = 3;
  EXPECT_EQ(Admit(3, Duration(0), 1), Result::kOverBudget);
  media_bytes_ = 4;
  EXPECT_EQ(Admit(3, Duration(0), 1), Result::kSend) << "odd bytes are not lost";
}

TEST_F(LimiterTest, TheBudgetHasAMaximum) {
  media_bytes_ = 2 * (kMax - kInitial);
  EXPECT_EQ(Drain(), kMax);
  media_bytes_ += 2 * kMax;
  EXPECT_EQ(Drain(), kMax);
  media_bytes_ += 2 * kMax + 2;
  EXPECT_EQ(Drain(), kMax);
  media_bytes_ += 1'000'000'000;
  EXPECT_EQ(Drain(), kMax) << "what is above is forgone";
  EXPECT_EQ(Drain(), 0u);
  media_bytes_ += 1000;
  EXPECT_EQ(Drain(), 500u);
}

TEST_F(LimiterTest, AllZerosAreALegThatHadNone) {
  alignas(RetransmissionLimiter) std::array<uint8_t, sizeof(RetransmissionLimiter)> zeros{};
  std::memcpy(&limiter_, zeros.data(), zeros.size());
  EXPECT_EQ(Drain(), kInitial);
}

// Against a list of all that was sent, and a budget that is added to with each byte.
TEST_F(LimiterTest, AgreesWithAnOracle) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    Random random(seed);
    limiter_ = {};
    media_bytes_ = 0;
    struct Sent {
      uint16_t sequence;
      int64_t ms;
    };
    std::vector<Sent> sent;
    uint64_t budget_x2 = 2 * kInitial;
    Duration after{};
    for (int step = 0; step < 3000; ++step) {
      after += microseconds(random.Below(5000));
      const uint64_t media = random.Below(random.OneIn(100) ? 2'000'000 : 3000);
      media_bytes_ += media;
      budget_x2 = std::min(budget_x2 + media, 2 * kMax + media_bytes_ % 2);
      const auto sequence = static_cast<uint16_t>(65500 + random.Below(100));
      const size_t size = random.Below(6000);
      const auto round_trip = milliseconds(1 + random.Below(100));
      const int64_t now =
          std::chrono::floor<milliseconds>((start_ + after).time_since_epoch()).count();

      Result expected = size > budget_x2 / 2 ? Result::kOverBudget : Result::kSend;
      const size_t first = sent.size() > 64 ? sent.size() - 64 : 0;
      for (size_t i = first; i < sent.size(); ++i) {
        if (sent[i].sequence == sequence && now - sent[i].ms < round_trip.count()) {
          expected = Result::kTooSoon;
        }
      }
      ASSERT_EQ(Admit(sequence, after, size, round_trip), expected) << seed << " " << step;
      if (expected != Result::kSend) continue;
      sent.push_back({sequence, now});
      budget_x2 -= 2 * size;
    }
  }
}

}  // namespace
}  // namespace baton::relay
