#include "rtp/sequence.h"

#include <gtest/gtest.h>

#include <array>

#include "base/random.h"

namespace baton::rtp {
namespace {

SequenceNumber Seq(uint32_t value) { return SequenceNumber(static_cast<uint16_t>(value)); }

TEST(Sequence, DistanceIsTheShortestWay) {
  EXPECT_EQ(Distance(Seq(10), Seq(13)), 3);
  EXPECT_EQ(Distance(Seq(13), Seq(10)), -3);
  EXPECT_EQ(Distance(Seq(65535), Seq(0)), 1);
  EXPECT_EQ(Distance(Seq(0), Seq(65535)), -1);
  EXPECT_EQ(Distance(Seq(0), Seq(32767)), 32767);
  EXPECT_EQ(Distance(Seq(0), Seq(32768)), -32768);
  EXPECT_EQ(Distance(RtpTimestamp(0xfffffffe), RtpTimestamp(3)), 5);
  EXPECT_EQ(Distance(RtpTimestamp(3), RtpTimestamp(0xfffffffe)), -5);
}

// Irreflexive and asymmetric for every pair, by way of every first number and every distance.
TEST(Sequence, BeforeIsAsymmetricOverAllWraps) {
  for (uint32_t a = 0; a < 65536; a += 251) {
    for (uint32_t step = 0; step < 65536; ++step) {
      const SequenceNumber x = Seq(a);
      const SequenceNumber y = Seq(a + step);
      ASSERT_EQ(IsBefore(x, y), step > 0 && step < 32768) << a << " + " << step;
      ASSERT_FALSE(IsBefore(x, y) && IsBefore(y, x)) << a << " + " << step;
    }
  }
}

TEST(Sequence, BeforeIsTransitiveWithinHalfTheRange) {
  Random random(1);
  for (int i = 0; i < 100000; ++i) {
    const uint16_t a = random.U16();
    const auto first = static_cast<uint32_t>(random.Below(16384));
    const auto second = static_cast<uint32_t>(random.Below(16384));
    const SequenceNumber b = Seq(a + first);
    const SequenceNumber c = Seq(a + first + second);
    if (IsBefore(Seq(a), b) && IsBefore(b, c)) {
      ASSERT_TRUE(IsBefore(Seq(a), c));
    }

    const uint32_t t = random.U32();
    const RtpTimestamp later(t + 1 + static_cast<uint32_t>(random.Below(0x7fffffff)));
    ASSERT_TRUE(IsBefore(RtpTimestamp(t), later));
    ASSERT_FALSE(IsBefore(later, RtpTimestamp(t)));
  }
}

TEST(Sequence, AddAndDistanceAreInverses) {
  Random random(2);
  for (int i = 0; i < 100000; ++i) {
    const SequenceNumber a(random.U16());
    const SequenceNumber b(random.U16());
    ASSERT_EQ(Add(a, Distance(a, b)), b);
    const RtpTimestamp s(random.U32());
    const RtpTimestamp t(random.U32());
    ASSERT_EQ(Add(s, Distance(s, t)), t);
  }
}

TEST(SequenceUnwrapper, CountsWrapsInOrder) {
  SequenceUnwrapper unwrapper;
  EXPECT_FALSE(unwrapper.started());
  uint64_t previous = unwrapper.Unwrap(Seq(65000)).value();
  EXPECT_TRUE(unwrapper.started());
  for (uint32_t i = 65001; i < 65000 + 5 * 65536; ++i) {
    const ExtendedSequence extended = unwrapper.Unwrap(Seq(i));
    ASSERT_EQ(extended.value(), previous + 1);
    ASSERT_EQ(ToWire(extended), Seq(i));
    previous = extended.value();
  }
}

TEST(SequenceUnwrapper, PlacesReorderedPacketsAroundAWrap) {
  SequenceUnwrapper unwrapper;
  const uint64_t base = unwrapper.Unwrap(Seq(65534)).value();
  EXPECT_EQ(unwrapper.Unwrap(Seq(1)).value(), base + 3);
  EXPECT_EQ(unwrapper.Unwrap(Seq(65535)).value(), base + 1);
  EXPECT_EQ(unwrapper.Unwrap(Seq(0)).value(), base + 2);
  EXPECT_EQ(unwrapper.highest().value(), base + 3);
}

TEST(SequenceUnwrapper, WhatPrecedesTheFirstHasAPlaceToo) {
  SequenceUnwrapper unwrapper;
  const uint64_t base = unwrapper.Unwrap(Seq(0)).value();
  EXPECT_EQ(unwrapper.Unwrap(Seq(65535)).value(), base - 1);
  EXPECT_EQ(unwrapper.Unwrap(Seq(32768)).value(), base - 32768);
}

// Against a sender's own count, with reordering of up to half the range.
TEST(SequenceUnwrapper, AgreesWithTheSender) {
  Random random(3);
  for (const uint64_t start : std::array<uint64_t, 4>{0, 1, 32768, 65535}) {
    SequenceUnwrapper unwrapper;
    const uint64_t offset = unwrapper.Unwrap(Seq(static_cast<uint32_t>(start))).value() - start;
    uint64_t newest = start;
    for (int i = 0; i < 50000; ++i) {
      const uint64_t step = random.Below(32767);
      uint64_t sent = newest + step;
      if (random.OneIn(2)) sent = newest > step ? newest - step : newest;
      ASSERT_EQ(unwrapper.Unwrap(Seq(static_cast<uint32_t>(sent))).value(), sent + offset);
      if (sent > newest) newest = sent;
    }
  }
}

}  // namespace
}  // namespace baton::rtp
