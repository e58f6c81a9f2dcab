#include "relay/leg_numbering.h"

#include <gtest/gtest.h>

namespace baton::relay {
namespace {

constexpr StreamKey kStream{3, 7};
constexpr StreamKey kOther{4, 9};

LegSegment Segment(StreamKey stream, uint64_t start_in, int64_t start_out) {
  LegSegment segment;
  segment.stream = stream;
  segment.start_in = start_in;
  segment.mapping.sequence = start_out - static_cast<int64_t>(start_in);
  return segment;
}

rtp::ExtendedSequence In(uint64_t in) { return rtp::ExtendedSequence(in); }
rtp::SequenceNumber Out(int64_t out) { return rtp::SequenceNumber(static_cast<uint16_t>(out)); }

class LegSegmentsTest : public testing::Test {
 protected:
  LegSegmentsTest() { segments_.Clear(); }

  void ExpectOut(int64_t out, int64_t next_out, StreamKey stream, uint64_t in) {
    const auto source = segments_.FindByOut(Out(out), next_out);
    ASSERT_TRUE(source.has_value()) << out;
    EXPECT_TRUE(source->stream == stream) << out;
    EXPECT_EQ(source->sequence.value(), in) << out;
  }

  LegSegments segments_;
};

TEST_F(LegSegmentsTest, HasNothingBeforeTheFirst) {
  EXPECT_FALSE(segments_.FindByIn(kStream, In(70'000)));
  EXPECT_FALSE(segments_.FindByOut(Out(5), 6));
}

TEST_F(LegSegmentsTest, FindsBothWaysWithinASegment) {
  segments_.Begin(Segment(kStream, 70'000, 100));
  ExpectOut(100, 111, kStream, 70'000);
  ExpectOut(110, 111, kStream, 70'010);
  EXPECT_EQ(segments_.FindByIn(kStream, In(70'000))->sequence, 100 - 70'000);
  EXPECT_FALSE(segments_.FindByIn(kStream, In(69'999)));
  EXPECT_FALSE(segments_.FindByOut(Out(99), 111));
}

TEST_F(LegSegmentsTest, TakesANumberForTheNearestOneThatWasUsed) {
  segments_.Begin(Segment(kStream, 70'000, 65'000));
  // 65'535 + 20 have been used; the number 10 is the one after the wrap.
  ExpectOut(10, 65'536 + 20, kStream, 70'000 + 546);
  // The number that comes next is the oldest one there can be.
  EXPECT_FALSE(segments_.FindByOut(Out(65'536 + 20), 65'536 + 20));
}

TEST_F(LegSegmentsTest, ASegmentEndsWhereTheNextBegins) {
  segments_.Begin(Segment(kStream, 70'000, 100));
  segments_.Begin(Segment(kOther, 90'000, 110));
  ExpectOut(109, 120, kStream, 70'009);
  ExpectOut(110, 120, kOther, 90'000);
  EXPECT_TRUE(segments_.FindByIn(kStream, In(70'009)));
  // Out 110 is the other stream's.
  EXPECT_FALSE(segments_.FindByIn(kStream, In(70'010)));
}

TEST_F(LegSegmentsTest, WhatCameDuringAPauseHasNoNumber) {
  segments_.Begin(Segment(kStream, 70'000, 100));
  segments_.Begin(Segment(kStream, 70'500, 110));
  EXPECT_TRUE(segments_.FindByIn(kStream, In(70'009)));
  EXPECT_FALSE(segments_.FindByIn(kStream, In(70'010)));
  EXPECT_FALSE(segments_.FindByIn(kStream, In(70'499)));
  EXPECT_EQ(segments_.FindByIn(kStream, In(70'500))->sequence, 110 - 70'500);
}

TEST_F(LegSegmentsTest, ForgetsASegmentThatGotNoNumber) {
  segments_.Begin(Segment(kStream, 70'000, 100));
  segments_.Begin(Segment(kStream, 70'011, 110));
  segments_.Begin(Segment(kStream, 70'012, 110));
  ExpectOut(110, 120, kStream, 70'012);
  ExpectOut(109, 120, kStream, 70'009);
  EXPECT_FALSE(segments_.FindByIn(kStream, In(70'011)));
}

TEST_F(LegSegmentsTest, KeepsTheNewest) {
  constexpr int64_t kSegments = LegSegments::kKept + 1;
  for (int64_t i = 0; i < kSegments; ++i) {
    segments_.Begin(Segment(kStream, 70'000 + 20 * static_cast<uint64_t>(i), 100 + 10 * i));
  }
  EXPECT_FALSE(segments_.FindByOut(Out(109), 1000));
  ExpectOut(110, 1000, kStream, 70'020);
  EXPECT_FALSE(segments_.FindByIn(kStream, In(70'000)));
  EXPECT_TRUE(segments_.FindByIn(kStream, In(70'020)));
}

TEST_F(LegSegmentsTest, ANewStreamInTheSameSlotIsAnother) {
  segments_.Begin(Segment(kStream, 70'000, 100));
  EXPECT_FALSE(segments_.FindByIn({kStream.index, kStream.generation + 2}, In(70'001)));
}

TEST(LegMapping, LayersAreKeptApart) {
  LegMapping mapping;
  EXPECT_EQ(mapping.temporal(), LegMapping::kAllLayers);
  EXPECT_EQ(mapping.spatial(), LegMapping::kAllLayers);
  mapping.SetTemporal(1);
  mapping.SetSpatial(2);
  EXPECT_EQ(mapping.temporal(), 1);
  EXPECT_EQ(mapping.spatial(), 2);
  EXPECT_FALSE(mapping.renumbers_pictures());
  mapping.tl0_picture_index = 1;
  EXPECT_TRUE(mapping.renumbers_pictures());
}

}  // namespace
}  // namespace baton::relay
