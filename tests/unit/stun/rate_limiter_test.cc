#include "stun/rate_limiter.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/random.h"

namespace baton::stun {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

IpAddress V4(uint32_t n) {
  return IpAddress::V4({static_cast<uint8_t>(n >> 24), static_cast<uint8_t>(n >> 16),
                        static_cast<uint8_t>(n >> 8), static_cast<uint8_t>(n)});
}

int Burst(RateLimiter& limiter, TimePoint now, const IpAddress& source, int tries) {
  int allowed = 0;
  for (int i = 0; i < tries; ++i) allowed += limiter.Allow(now, source) ? 1 : 0;
  return allowed;
}

TEST(RateLimiter, AllowsTheBurstThenTheRate) {
  RateLimiter limiter({.requests_per_second = 10, .burst = 5});
  TimePoint now = TimePoint(seconds(100));
  EXPECT_EQ(Burst(limiter, now, V4(1), 100), 5);
  now += milliseconds(99);
  EXPECT_EQ(Burst(limiter, now, V4(1), 100), 0);
  now += milliseconds(1);
  EXPECT_EQ(Burst(limiter, now, V4(1), 100), 1);
  now += seconds(3600);
  EXPECT_EQ(Burst(limiter, now, V4(1), 100), 5) << "a bucket does not overflow";
}

TEST(RateLimiter, WorksFromTheBeginningOfTime) {
  RateLimiter limiter({.requests_per_second = 1, .burst = 2});
  EXPECT_EQ(Burst(limiter, TimePoint{}, V4(1), 9), 2);
}

TEST(RateLimiter, TimeThatGoesBackOnlyDelays) {
  RateLimiter limiter({.requests_per_second = 10, .burst = 1});
  const TimePoint now = TimePoint(seconds(100));
  EXPECT_TRUE(limiter.Allow(now, V4(1)));
  EXPECT_FALSE(limiter.Allow(now - seconds(1), V4(1)));
  EXPECT_TRUE(limiter.Allow(now + milliseconds(100), V4(1)));
}

TEST(RateLimiter, CountsByPrefix) {
  RateLimiter limiter({.requests_per_second = 1, .burst = 1});
  const TimePoint now{};
  EXPECT_TRUE(limiter.Allow(now, V4(0xcb007101)));
  EXPECT_TRUE(limiter.Allow(now, V4(0xcb007102)));
  EXPECT_TRUE(limiter.Allow(now, *IpAddress::Parse("2001:db8:0:1::1")));
  EXPECT_FALSE(limiter.Allow(now, *IpAddress::Parse("2001:db8:0:1:ffff::2")));
  EXPECT_TRUE(limiter.Allow(now, *IpAddress::Parse("2001:db8:0:2::1")));

  RateLimiter wide(
      {.requests_per_second = 1, .burst = 1, .v4_prefix_bits = 24, .v6_prefix_bits = 48});
  EXPECT_TRUE(wide.Allow(now, V4(0xcb007101)));
  EXPECT_FALSE(wide.Allow(now, V4(0xcb007102)));
  EXPECT_TRUE(wide.Allow(now, V4(0xcb007201)));
  EXPECT_TRUE(wide.Allow(now, *IpAddress::Parse("2001:db8:0:1::1")));
  EXPECT_FALSE(wide.Allow(now, *IpAddress::Parse("2001:db8:0:2::1")));
}

TEST(RateLimiter, TellsFamiliesApart) {
  RateLimiter limiter({.requests_per_second = 1, .burst = 1});
  EXPECT_TRUE(limiter.Allow(TimePoint{}, V4(0x20010db8)));
  EXPECT_TRUE(limiter.Allow(TimePoint{}, *IpAddress::Parse("2001:db8::")));
}

TEST(RateLimiter, OptionsAreMovedIntoTheirRanges) {
  RateLimiter limiter({.requests_per_second = 0,
                       .burst = 0,
                       .prefixes = 0,
                       .v4_prefix_bits = 0,
                       .v6_prefix_bits = 128});
  EXPECT_EQ(Burst(limiter, TimePoint{}, *IpAddress::Parse("2001:db8::1"), 9), 1);
  EXPECT_EQ(Burst(limiter, TimePoint{}, V4(1), 9), 1);
  EXPECT_EQ(RateLimiter::BytesFor({.prefixes = 0}), 8 * 16u);
  EXPECT_EQ(RateLimiter::BytesFor({.prefixes = 1000}), 1024 * 16u);
}

// Over any run of time a prefix that the table does not forget gets at most burst + rate x time.
TEST(RateLimiterProperty, NobodyGetsMoreThanTheRate) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    RateLimiter limiter({.requests_per_second = 100, .burst = 20, .hash_seed = random()});
    const TimePoint start(seconds(1));
    TimePoint now = start;
    std::vector<int64_t> allowed(50);
    for (int i = 0; i < 50'000; ++i) {
      now += std::chrono::microseconds(random.Below(200));
      const auto source = static_cast<uint32_t>(random.Below(allowed.size()));
      allowed[source] += limiter.Allow(now, V4(source)) ? 1 : 0;
    }
    const int64_t most = 20 + (now - start) / milliseconds(10) + 1;
    for (const int64_t count : allowed) EXPECT_LE(count, most);
  }
}

TEST(RateLimiterProperty, ACrowdCannotKeepOutWhoKeepsToTheRate) {
  Random random(5);
  RateLimiter limiter(
      {.requests_per_second = 10, .burst = 5, .prefixes = 64, .hash_seed = random()});
  TimePoint now{};
  for (int i = 0; i < 1000; ++i) {
    now += milliseconds(100);
    for (int k = 0; k < 200; ++k) {
      limiter.Allow(now, V4(0x0a000000 + static_cast<uint32_t>(random.Below(100'000))));
    }
    EXPECT_TRUE(limiter.Allow(now, V4(1))) << i;
  }
}

TEST(RateLimiterProperty, SourcesThatAskOnceDoNotMakeItForgetWhoAsksTooMuch) {
  RateLimiter limiter({.requests_per_second = 1, .burst = 10, .prefixes = 8, .hash_seed = 9});
  const TimePoint now = TimePoint(seconds(50));
  EXPECT_EQ(Burst(limiter, now, V4(1), 100), 10);
  for (uint32_t i = 0; i < 100'000; ++i) EXPECT_TRUE(limiter.Allow(now, V4(1000 + i)));
  EXPECT_EQ(Burst(limiter, now, V4(1), 100), 0);
}

}  // namespace
}  // namespace baton::stun
