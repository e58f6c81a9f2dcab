#include "record/depacketize/h264.h"

#include <gtest/gtest.h>

#include "record/depacketize/h264_parameter_sets.h"
#include "tests/unit/record/depacketize/h264_units.h"
#include "tests/unit/record/depacketize/track.h"
#include "tests/unit/rtp/mutations.h"

namespace baton::record {
namespace {

const Codec kH264 = {"H264", 90'000, 0};

Payload Join(Payload a, const Payload& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
// RFC 6184 section 5.7.1.
Payload StapA(const std::vector<Payload>& units) {
  Payload out = {0x78};
  for (const Payload& unit : units) {
    out.push_back(static_cast<uint8_t>(unit.size() >> 8));
    out.push_back(static_cast<uint8_t>(unit.size()));
    out = Join(out, unit);
  }
  return out;
}
// RFC 6184 section 5.8: `unit` in pieces of at most `size` bytes.
std::vector<Payload> FuA(const Payload& unit, size_t size) {
  std::vector<Payload> out;
  for (size_t offset = 1; offset < unit.size(); offset += size) {
    const size_t end = std::min(unit.size(), offset + size);
    const auto indicator = static_cast<uint8_t>((unit[0] & 0xe0) | 28);
    const auto header = static_cast<uint8_t>((unit[0] & 0x1f) | (offset == 1 ? 0x80 : 0) |
                                             (end == unit.size() ? 0x40 : 0));
    out.push_back(Join({indicator, header}, Payload(unit.begin() + offset, unit.begin() + end)));
  }
  return out;
}

const Payload kSps = H264Sps(640, 480);
const Payload kPps = H264Pps();
const Payload kIdr = H264SliceUnit({.idr = true});
const Payload kSlice = H264SliceUnit({});

class H264Depacketizer : public testing::Test {
 protected:
  // A key frame with its parameter sets, and without.
  void SendKey(uint32_t timestamp) { track_.SendFrame({StapA({kSps, kPps}), kIdr}, timestamp); }
  void SendIdr(uint32_t timestamp) { track_.SendFrame({kIdr}, timestamp); }
  void SendInter(uint32_t timestamp) { track_.SendFrame({kSlice}, timestamp); }

  TestTrack track_{kH264};
};

TEST(H264ParameterSets, SizeOfTheBaselineProfile) {
  const auto set = ReadSequenceParameterSet(H264Sps(640, 480, 31));
  ASSERT_TRUE(set);
  EXPECT_EQ(set->id, 31);
  EXPECT_EQ(set->width, 640);
  EXPECT_EQ(set->height, 480);
  EXPECT_FALSE(ReadSequenceParameterSet(H264Sps(640, 480, 32)));
}

// 1920x1080 in the high profile: 68 rows of macroblocks, of which 8 lines are cropped.
TEST(H264ParameterSets, WhatIsCroppedIsNotShown) {
  BitWriter bits;
  bits.Bits(8, 0x67).Bits(8, 100).Bits(8, 0).Bits(8, 40).Golomb(0);
  bits.Golomb(1).Golomb(0).Golomb(0).Bits(1, 0).Bits(1, 0);  // 4:2:0, no scaling
  bits.Golomb(0).Golomb(0).Golomb(2).Golomb(4).Bits(1, 0);
  bits.Golomb(119).Golomb(67).Bits(1, 1).Bits(1, 1);
  bits.Bits(1, 1).Golomb(0).Golomb(0).Golomb(0).Golomb(4).Bits(1, 0);
  const auto set = ReadSequenceParameterSet(bits.bytes());
  ASSERT_TRUE(set);
  EXPECT_EQ(set->width, 1920);
  EXPECT_EQ(set->height, 1080);
}

// Scaling lists, picture order type 1, fields, 4:4:4 with its units of single samples.
TEST(H264ParameterSets, SizeBehindAllThatIsOptional) {
  BitWriter bits;
  bits.Bits(8, 0x67).Bits(8, 244).Bits(8, 0).Bits(8, 40).Golomb(1);
  bits.Golomb(3).Bits(1, 0).Golomb(2).Golomb(2).Bits(1, 0).Bits(1, 1);
  bits.Bits(1, 1);
  for (int i = 0; i < 16; ++i) bits.SignedGolomb(i % 2 == 0 ? 3 : -2);
  bits.Bits(5, 0).Bits(1, 1).SignedGolomb(-8);  // the rest of this list is the default's
  bits.Bits(5, 0);
  bits.Golomb(4).Golomb(1).Bits(1, 0).SignedGolomb(-1).SignedGolomb(2).Golomb(2);
  bits.SignedGolomb(5).SignedGolomb(-6).Golomb(4).Bits(1, 0);
  bits.Golomb(44).Golomb(17).Bits(1, 0).Bits(1, 1).Bits(1, 1);
  bits.Bits(1, 1).Golomb(3).Golomb(4).Golomb(1).Golomb(2).Bits(1, 0);
  const auto set = ReadSequenceParameterSet(bits.bytes());
  ASSERT_TRUE(set);
  EXPECT_EQ(set->id, 1);
  EXPECT_EQ(set->width, 720 - 7);
  EXPECT_EQ(set->height, 576 - 2 * 3);
}

TEST(H264ParameterSets, EmulationPreventionIsNotPartOfThem) {
  // Level 0 and flags 0 would be a start code with what follows, so that there is a 3 between.
  BitWriter bits;
  bits.Bits(8, 0x67).Bits(8, 66).Bits(8, 0).Bits(8, 0).Bits(8, 3);
  bits.Golomb(0).Golomb(0).Golomb(2).Golomb(1).Bits(1, 0).Golomb(19).Golomb(14);
  bits.Bits(1, 1).Bits(1, 1).Bits(1, 0).Bits(1, 0).Bits(1, 1);
  const auto set = ReadSequenceParameterSet(bits.bytes());
  ASSERT_TRUE(set);
  EXPECT_EQ(set->width, 320);
  EXPECT_EQ(set->height, 240);
}

TEST(H264ParameterSets, RangesOfIds) {
  const auto set = ReadPictureParameterSet(H264Pps(255, 31));
  ASSERT_TRUE(set);
  EXPECT_EQ(set->id, 255);
  EXPECT_EQ(set->sequence_id, 31);
  EXPECT_FALSE(ReadPictureParameterSet(H264Pps(256, 0)));
  EXPECT_FALSE(ReadPictureParameterSet(H264Pps(0, 32)));
  EXPECT_FALSE(ReadSliceHeader(H264SliceUnit({.picture_set_id = 256})));
  EXPECT_EQ(ReadSliceHeader(H264SliceUnit({.first_macroblock = 1200}))->first_macroblock, 1200u);
  // 32 zeros: more than a code has.
  EXPECT_FALSE(ReadPictureParameterSet(Payload{0x68, 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0xff}));
}

TEST_F(H264Depacketizer, AKeyFrameWithItsParameterSets) {
  SendKey(1000);
  SendInter(4000);
  const auto frames = track_.TakeFrames();
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].data, AnnexB({kSps, kPps, kIdr}));
  EXPECT_EQ(frames[0].extradata, AnnexB({kSps, kPps}));
  EXPECT_TRUE(frames[0].key_frame);
  EXPECT_EQ(frames[0].width, 640);
  EXPECT_EQ(frames[0].height, 480);
  EXPECT_EQ(frames[1].data, AnnexB({kSlice}));
  EXPECT_TRUE(frames[1].extradata.empty());
}

TEST_F(H264Depacketizer, FragmentsOfAUnit) {
  const Payload large = H264SliceUnit({.idr = true}, 2500);
  const Payload second = H264SliceUnit({.idr = true, .first_macroblock = 99}, 1300);
  track_.Send(kSps, 0, false);
  track_.Send(kPps, 0, false);
  for (const Payload& payload : FuA(large, 1000)) track_.Send(payload, 0, false);
  track_.SendFrame(FuA(second, 1000), 0);
  const auto frames = track_.TakeFrames();
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].data, AnnexB({kSps, kPps, large, second}));
}

TEST_F(H264Depacketizer, ParameterSetsThatCameEarlierArePutBeforeAKeyFrame) {
  SendKey(0);
  SendInter(1);
  const Payload delimiter = {0x09, 0x10}, sei = {0x06, 0x05, 0x01, 0xaa, 0x80};
  track_.SendFrame({delimiter, sei, kIdr}, 2);
  SendIdr(3);
  track_.SendFrame({sei, delimiter, kIdr}, 4);  // not where it should be
  const auto frames = track_.TakeFrames();
  ASSERT_EQ(frames.size(), 5u);
  EXPECT_EQ(frames[4].data, AnnexB({kSps, kPps, sei, delimiter, kIdr}));
  EXPECT_EQ(frames[2].data, AnnexB({delimiter, kSps, kPps, sei, kIdr}));
  EXPECT_EQ(frames[2].extradata, AnnexB({kSps, kPps}));
  EXPECT_EQ(frames[3].data, AnnexB({kSps, kPps, kIdr}));
  EXPECT_EQ(frames[3].width, 640);
}

TEST_F(H264Depacketizer, OnlyThoseThatItNeeds) {
  const Payload other_sps = H264Sps(320, 240, 5), other_pps = H264Pps(7, 5);
  track_.SendFrame({StapA({kSps, other_sps, kPps, other_pps}), kIdr}, 0);
  track_.SendFrame({H264SliceUnit({.idr = true, .picture_set_id = 7})}, 1);
  const auto frames = track_.TakeFrames();
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].extradata, AnnexB({kSps, kPps}));
  EXPECT_EQ(frames[1].extradata, AnnexB({other_sps, other_pps}));
  EXPECT_EQ(frames[1].width, 320);
}

TEST_F(H264Depacketizer, ParameterSetsAloneBelongToTheNextAccessUnit) {
  track_.SendFrame({StapA({kSps, kPps})}, 0);
  SendIdr(0);
  SendInter(1);
  const Payload new_pps = H264Pps(3);
  track_.SendFrame({new_pps}, 2);
  const Payload slice = H264SliceUnit({.picture_set_id = 3});
  track_.SendFrame({slice}, 3);
  const auto frames = track_.TakeFrames();
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(frames[0].data, AnnexB({kSps, kPps, kIdr}));
  EXPECT_EQ(frames[2].data, AnnexB({new_pps, slice}));
  EXPECT_EQ(frames[2].rtp_time, 3);
  EXPECT_EQ(track_.counters().frames_left_out, 0u);
}

TEST_F(H264Depacketizer, ParameterSetsAloneDoNotHideALossBeforeThem) {
  SendKey(0);
  track_.Lose();
  track_.SendFrame({StapA({kSps, kPps})}, 2);
  SendInter(3);
  SendKey(4);
  const auto frames = track_.TakeFrames();
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[1].rtp_time, 4);
  EXPECT_EQ(frames[1].data, AnnexB({kSps, kPps, kIdr}));
}

TEST_F(H264Depacketizer, BehindALossParameterSetsAloneSayWhereTheNextKeyFrameBegins) {
  SendKey(0);
  track_.Lose();
  track_.SendFrame({StapA({kSps, kPps})}, 2);
  SendIdr(2);
  EXPECT_EQ(track_.TakeTimes(), (Times{0, 2}));
}

TEST_F(H264Depacketizer, APictureWithParameterSetsThatCameAloneIsNotDisposable) {
  SendKey(0);
  SendInter(1);
  track_.SendFrame({H264Pps(3)}, 2);
  track_.Send(H264SliceUnit({.reference = false}), 3, false);
  track_.Lose();
  track_.Send(H264SliceUnit({.reference = false, .first_macroblock = 9}), 3, true);
  SendInter(4);
  EXPECT_EQ(track_.TakeTimes(), (Times{0, 1}));
}

TEST_F(H264Depacketizer, AKeyFrameWithoutParameterSetsIsNone) {
  SendIdr(0);
  EXPECT_TRUE(track_.key_frame_wanted());
  track_.SendFrame({kSps, kIdr}, 1);
  track_.SendFrame({H264Pps(1), H264SliceUnit({.idr = true, .picture_set_id = 2})}, 2);
  track_.SendFrame({H264Pps(2, 1), H264SliceUnit({.idr = true, .picture_set_id = 2})}, 3);
  EXPECT_TRUE(track_.TakeTimes().empty());
  track_.SendFrame({kPps, kIdr}, 4);
  EXPECT_EQ(track_.TakeTimes(), (Times{4}));
}

TEST_F(H264Depacketizer, ParameterSetsOfADamagedAccessUnitAreKept) {
  track_.Send(StapA({kSps, kPps}), 0, false);
  track_.Lose();
  track_.Send(kIdr, 0, true);
  SendIdr(1);
  EXPECT_EQ(track_.TakeTimes(), (Times{1}));

  TestTrack other(kH264);
  other.Lose();
  other.Send(H264SliceUnit({.idr = true, .first_macroblock = 5}), 0, false);
  other.SendFrame({StapA({kSps, kPps})}, 0);
  other.SendFrame({kIdr}, 1);
  EXPECT_EQ(other.TakeTimes(), (Times{1}));
}

TEST_F(H264Depacketizer, WhatFollowsADamageIsNotMalformed) {
  const auto fragments = FuA(H264SliceUnit({}, 2000), 700);
  SendKey(0);
  track_.Send(kSlice, 1, false);
  track_.Lose();
  for (const Payload& fragment : fragments) track_.Send(fragment, 1, false);
  track_.Send(kSlice, 1, false);
  track_.Send(fragments[0], 1, false);
  track_.Send(kSlice, 1, true);
  EXPECT_EQ(track_.TakeTimes(), (Times{0}));
  EXPECT_EQ(track_.counters().packets_malformed, 0u);
}

// The gap may have had new ones.
TEST_F(H264Depacketizer, BehindAGapASenderThatRepeatsParameterSetsHasToHaveThem) {
  SendKey(0);
  track_.Lose();
  SendIdr(2);
  track_.Lose();
  SendKey(4);
  EXPECT_EQ(track_.TakeTimes(), (Times{0, 4}));
}

TEST_F(H264Depacketizer, BehindAGapASenderThatDoesNotRepeatThemDoesNotHaveTo) {
  SendKey(0);
  SendIdr(1);
  track_.Lose();
  SendIdr(3);
  track_.Lose();
  track_.SendFrame({H264SliceUnit({.idr = true, .first_macroblock = 4})}, 4);
  track_.Lose();
  track_.SendFrame({kPps, kIdr}, 5);  // the other half may be what is missing
  EXPECT_EQ(track_.TakeTimes(), (Times{0, 1, 3}));
}

TEST_F(H264Depacketizer, ADamagedFrameThatIsNoReferenceDoesNoHarm) {
  const Payload bird = H264SliceUnit({.reference = false}, 2000);
  const auto fragments = FuA(bird, 700);
  SendKey(0);
  SendInter(1);
  track_.Send(fragments[0], 2, false);
  track_.Lose();
  track_.Send(fragments[2], 2, true);
  SendInter(3);
  EXPECT_EQ(track_.TakeTimes(), (Times{0, 1, 3}));
  EXPECT_FALSE(track_.key_frame_wanted());
  // Here the gap may have been the end of it and more.
  track_.Send(fragments[0], 4, false);
  track_.Lose();
  SendInter(5);
  EXPECT_TRUE(track_.TakeTimes().empty());
  EXPECT_TRUE(track_.key_frame_wanted());
}

TEST_F(H264Depacketizer, ALossWithParameterSetsIsNotHarmless) {
  SendKey(0);
  SendInter(1);
  track_.Send(H264Pps(1), 2, false);
  track_.Send(H264SliceUnit({.reference = false}), 2, false);
  track_.Lose();
  track_.Send(H264SliceUnit({.reference = false, .first_macroblock = 9}), 2, true);
  SendInter(3);
  EXPECT_EQ(track_.TakeTimes(), (Times{0, 1}));
}

TEST_F(H264Depacketizer, TimestampsMayGoBackInDecodingOrder) {
  SendKey(0);
  SendInter(9000);
  track_.SendFrame({H264SliceUnit({.reference = false})}, 3000);
  track_.SendFrame({H264SliceUnit({.reference = false})}, 6000);
  EXPECT_EQ(track_.TakeTimes(), (Times{0, 9000, 3000, 6000}));
}

TEST_F(H264Depacketizer, WhatDoesNotHoldTogetherIsLeftOut) {
  const auto refuses = [](const std::vector<Payload>& packets, uint64_t malformed) {
    TestTrack track(kH264);
    track.SendFrame({StapA({kSps, kPps}), kIdr}, 0);
    track.SendFrame(packets, 1);
    EXPECT_EQ(track.TakeTimes(), (Times{0}));
    EXPECT_EQ(track.counters().packets_malformed, malformed);
  };
  const auto pieces = FuA(H264SliceUnit({}, 20), 10);
  refuses({pieces[0]}, 0);                              // never ends
  refuses({pieces[1]}, 0);                              // has no beginning
  refuses({pieces[0], pieces[0]}, 1);                   // begins twice
  refuses({pieces[0], kSlice}, 1);                      // something else between
  refuses({kSlice, pieces[1]}, 1);                      // nothing to go on with
  refuses({Payload{0x7c, 0xc1, 0xff}}, 1);              // begins and ends
  refuses({Payload{0x7c, 0x81}}, 1);                    // an empty fragment
  refuses({Payload{0x7c, 0x9c, 0xff}}, 1);              // a fragment of a fragment
  refuses({Payload{0x78}}, 1);                          // an empty STAP-A
  refuses({Payload{0x78, 0, 0}}, 1);                    // an empty unit in it
  refuses({Payload{0x78, 0, 5, 0x41}}, 1);              // longer than the packet
  refuses({StapA({kSlice, StapA({kSlice})})}, 1);       // one in another
  for (const int type : {0, 25, 26, 27, 29, 30, 31}) {  // other modes, or undefined
    refuses({Payload{static_cast<uint8_t>(0x60 | type), 1, 2, 3, 4, 5, 6}}, 1);
  }
  refuses({Payload{0xe1, 0xff, 0xff}}, 1);               // the forbidden bit
  refuses({Payload{0x61}}, 1);                           // a slice without a header
  refuses({Payload{0x67, 66}}, 1);                       // half of a parameter set
  refuses({H264SliceUnit({.first_macroblock = 1})}, 0);  // the first slice is missing
}

TEST_F(H264Depacketizer, AnAccessUnitHasALargestNumberOfUnits) {
  const std::vector<Payload> many(1000, Payload{0x0c, 0x80});
  SendKey(0);
  track_.SendFrame({kSlice, StapA(many), StapA(many), StapA(many), StapA(many)}, 1);
  track_.SendFrame({kSlice, StapA(many), StapA(many), StapA(many), StapA(many), StapA(many)}, 2);
  EXPECT_EQ(track_.TakeTimes(), (Times{0, 1}));
  EXPECT_EQ(track_.counters().packets_malformed, 1u);
}

TEST_F(H264Depacketizer, ParameterSetsWithoutEndAreNotHoarded) {
  Payload large = Join(kPps, Payload(H264SetStore::kMaxSetSize - kPps.size(), 'x'));
  track_.SendFrame({kSps, large, kIdr}, 0);
  EXPECT_EQ(track_.TakeTimes(), (Times{0}));
  large.push_back('x');
  track_.SendFrame({kSps, large, kIdr}, 1);
  EXPECT_TRUE(track_.TakeTimes().empty());
  for (uint32_t i = 2; i < 6000; ++i) track_.SendFrame({kPps}, i);
  SendKey(6000);
  const auto frames = track_.TakeFrames();
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_LT(frames[0].data.size(), 4096 * (kPps.size() + 4) + 100);
}

TEST_F(H264Depacketizer, SurvivesAnyBytes) {
  uint32_t timestamp = 0;
  const auto send = [&](Bytes bytes) {
    track_.SendFrame({Payload(bytes.begin(), bytes.end()), kSlice}, ++timestamp);
  };
  const Payload packet = StapA({kSps, kPps, kIdr});
  ForEachPrefix(packet, send);
  ForEachBitFlip(packet, send);
  for (const Payload& fragment : FuA(kIdr, 5)) {
    ForEachPrefix(fragment, send);
    ForEachBitFlip(fragment, send);
  }
  EXPECT_EQ(track_.counters().frames, track_.TakeFrames().size());
}

}  // namespace
}  // namespace baton::record
