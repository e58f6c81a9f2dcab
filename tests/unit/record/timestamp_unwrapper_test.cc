#include "record/timestamp_unwrapper.h"

#include <gtest/gtest.h>

namespace baton::record {
namespace {

using rtp::RtpTimestamp;

TEST(TimestampUnwrapper, TheFirstIsItself) {
  TimestampUnwrapper unwrapper;
  EXPECT_FALSE(unwrapper.started());
  EXPECT_EQ(unwrapper.Unwrap(RtpTimestamp(0xffff'fff0)), 0xffff'fff0);
  EXPECT_TRUE(unwrapper.started());
}

TEST(TimestampUnwrapper, CountsWrapsBothWays) {
  TimestampUnwrapper unwrapper;
  unwrapper.Unwrap(RtpTimestamp(0xffff'fff0));
  EXPECT_EQ(unwrapper.Unwrap(RtpTimestamp(0x10)), 0x1'0000'0010);
  EXPECT_EQ(unwrapper.Unwrap(RtpTimestamp(0xffff'fff8)), 0xffff'fff8);

  TimestampUnwrapper from_zero;
  from_zero.Unwrap(RtpTimestamp(0));
  EXPECT_EQ(from_zero.Unwrap(RtpTimestamp(0xffff'ffff)), -1);
}

TEST(TimestampUnwrapper, FollowsStepsBelowHalfTheRange) {
  TimestampUnwrapper unwrapper;
  unwrapper.Unwrap(RtpTimestamp(1));
  EXPECT_EQ(unwrapper.Unwrap(RtpTimestamp(0x8000'0000)), 0x8000'0000);
  EXPECT_EQ(unwrapper.Unwrap(RtpTimestamp(1)), 1);
}

TEST(TimestampUnwrapper, PlacesOthersWithoutMovingOn) {
  TimestampUnwrapper unwrapper;
  unwrapper.Unwrap(RtpTimestamp(0xffff'fff0));
  unwrapper.Unwrap(RtpTimestamp(0x10));
  EXPECT_EQ(unwrapper.Near(RtpTimestamp(0xffff'ff00)), 0xffff'ff00);
  EXPECT_EQ(unwrapper.Near(RtpTimestamp(0x20)), 0x1'0000'0020);
  EXPECT_EQ(unwrapper.Near(RtpTimestamp(0x10)), 0x1'0000'0010);
}

}  // namespace
}  // namespace baton::record
