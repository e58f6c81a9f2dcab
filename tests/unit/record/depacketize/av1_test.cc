#include "record/depacketize/av1.h"

#include <gtest/gtest.h>

#include <array>

#include "record/depacketize/av1_obu.h"
#include "tests/unit/record/depacketize/av1_units.h"
#include "tests/unit/record/depacketize/track.h"
#include "tests/unit/rtp/mutations.h"

namespace baton::record {
namespace {

const Codec kAv1 = {"AV1", 90'000, 0};

// The aggregation header.
constexpr uint8_t kZ = 0x80, kY = 0x40, kW1 = 0x10, kW2 = 0x20, kW3 = 0x30, kN = 0x08;

Payload Join(Payload a, const Payload& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
// An element with its length before it; below 128 bytes.
Payload Element(const Payload& obu) { return Join({static_cast<uint8_t>(obu.size())}, obu); }

const Payload kSequence = Av1SequenceObu(1280, 720);
const Payload kKey = Av1FrameObu(true, 20);
const Payload kInter = Av1FrameObu(false, 10);

// A key frame in one packet.
Payload KeyPacket() { return Join(Join({kW2 | kN}, Element(kSequence)), kKey); }
Payload InterPacket() { return Join({kW1}, kInter); }

class Av1Depacketizer : public testing::Test {
 protected:
  TestTrack track_{kAv1};
};

TEST(Av1Obu, SizesOfLeb128) {
  for (const uint32_t value : {0u, 1u, 127u, 128u, 16'383u, 16'384u, 0xffff'ffffu}) {
    std::array<uint8_t, 5> bytes{};
    ByteWriter writer(bytes);
    WriteLeb128(writer, value);
    ASSERT_TRUE(writer.ok());
    ByteReader reader(writer.written());
    EXPECT_EQ(ReadLeb128(reader), value);
    EXPECT_TRUE(reader.ok());
    EXPECT_EQ(reader.remaining(), 0u);
  }
}

TEST(Av1Obu, Leb128HasEightBytesAndThirtyTwoBits) {
  const auto read = [](const Payload& bytes) {
    ByteReader reader(bytes);
    ReadLeb128(reader);
    return reader.ok();
  };
  EXPECT_TRUE(read({0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00}));
  EXPECT_FALSE(read({0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00}));
  EXPECT_TRUE(read({0xff, 0xff, 0xff, 0xff, 0x0f}));
  EXPECT_FALSE(read({0xff, 0xff, 0xff, 0xff, 0x1f}));
  EXPECT_FALSE(read({0x80}));
  EXPECT_FALSE(read({}));
}

TEST(Av1Obu, HeadersWithAndWithoutSize) {
  const auto plain = ReadObu(Payload{6 << 3, 'a', 'b'});
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->type, ObuType::kFrame);
  EXPECT_EQ(plain->payload.size(), 2u);
  const auto sized = ReadObu(Payload{6 << 3 | 4 | 2, 0x28, 1, 'a', 'b'});
  ASSERT_TRUE(sized);
  EXPECT_TRUE(sized->has_extension);
  EXPECT_EQ(sized->extension, 0x28);
  EXPECT_EQ(sized->payload.size(), 1u);
  EXPECT_FALSE(ReadObu(Payload{6 << 3 | 2, 2, 'a'})) << "longer than what there is";
  EXPECT_FALSE(ReadObu(Payload{6 << 3 | 4})) << "an extension that is cut off";
  EXPECT_FALSE(ReadObu(Payload{0x80 | 6 << 3, 'a'})) << "the forbidden bit";
  EXPECT_FALSE(ReadObu(Payload{}));
}

TEST(Av1Obu, SizesOfFrames) {
  const auto header = ReadAv1SequenceHeader(Bytes(kSequence).subspan(1));
  ASSERT_TRUE(header);
  EXPECT_EQ(header->max_width, 1280);
  EXPECT_EQ(header->max_height, 720);
  EXPECT_FALSE(header->reduced_still_picture_header);
}

// Everything that may stand before the size: timing with a decoder model, two operating points, one
// with all there is, and a display delay.
TEST(Av1Obu, SizesBehindAllThatIsOptional) {
  BitWriter bits;
  bits.Bits(3, 0).Bits(1, 0).Bits(1, 0);
  bits.Bits(1, 1).Bits(32, 1001).Bits(32, 30'000).Bits(1, 1).Golomb(5);
  bits.Bits(1, 1).Bits(5, 9).Bits(32, 7).Bits(5, 1).Bits(5, 2);
  bits.Bits(1, 1).Bits(5, 1);
  bits.Bits(12, 0x101).Bits(5, 8).Bits(1, 1);
  bits.Bits(1, 1).Bits(10, 500).Bits(10, 600).Bits(1, 1);
  bits.Bits(1, 1).Bits(4, 3);
  bits.Bits(12, 0x100).Bits(5, 7).Bits(1, 0).Bits(1, 0);
  bits.Bits(4, 9).Bits(4, 8).Bits(10, 639).Bits(9, 359);
  const auto header = ReadAv1SequenceHeader(bits.bytes());
  ASSERT_TRUE(header);
  EXPECT_EQ(header->max_width, 640);
  EXPECT_EQ(header->max_height, 360);
}

TEST(Av1Obu, StillPictures) {
  BitWriter bits;
  bits.Bits(3, 0).Bits(1, 1).Bits(1, 1).Bits(5, 4);
  bits.Bits(4, 7).Bits(4, 7).Bits(8, 99).Bits(8, 49);
  const auto header = ReadAv1SequenceHeader(bits.bytes());
  ASSERT_TRUE(header);
  EXPECT_TRUE(header->reduced_still_picture_header);
  EXPECT_EQ(header->max_width, 100);
  EXPECT_EQ(header->max_height, 50);
  EXPECT_TRUE(IsShownKeyFrame({}, *header));
}

TEST_F(Av1Depacketizer, ATemporalUnitInOnePacket) {
  track_.SendFrame({KeyPacket()}, 1000);
  track_.SendFrame({InterPacket()}, 4000);
  const auto frames = track_.TakeFrames();
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].data, Join(WithSize(kSequence), WithSize(kKey)));
  EXPECT_EQ(frames[0].extradata, WithSize(kSequence));
  EXPECT_TRUE(frames[0].key_frame);
  EXPECT_EQ(frames[0].width, 1280);
  EXPECT_EQ(frames[0].height, 720);
  EXPECT_EQ(frames[1].data, WithSize(kInter));
  EXPECT_TRUE(frames[1].extradata.empty());
  EXPECT_FALSE(frames[1].key_frame);
}

// The RTP payload format's example in section 4.3: three packets, of which the first has two whole
// OBUs and the beginning of the third.
TEST_F(Av1Depacketizer, FragmentsOfAnObu) {
  const Payload frame = Av1FrameObu(true, 300);
  const Payload a(frame.begin(), frame.begin() + 2);
  const Payload b(frame.begin() + 2, frame.begin() + 200);
  const Payload c(frame.begin() + 200, frame.end());
  const Payload metadata = {5 << 3, 'm'};
  track_.SendFrame({Join(Join(Join({kW3 | kY | kN}, Element(kSequence)), Element(metadata)), a),
                    Join({kW1 | kZ | kY}, b), Join({kW1 | kZ}, c)},
                   0);
  const auto frames = track_.TakeFrames();
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].data, Join(Join(WithSize(kSequence), WithSize(metadata)), WithSize(frame)));
  EXPECT_TRUE(frames[0].key_frame);
}

TEST_F(Av1Depacketizer, AnyNumberOfElementsWithLengths) {
  track_.SendFrame({KeyPacket()}, 0);
  const Payload header = {3 << 3, 0x30}, tiles = {4 << 3, 't'};
  const Payload head(tiles.begin(), tiles.begin() + 1), rest(tiles.begin() + 1, tiles.end());
  track_.SendFrame({Join(Join(Join({kY}, Element(header)), Element(tiles)), Element(head)),
                    Join(Join({kZ}, Element(rest)), Element(tiles))},
                   3000);
  const auto frames = track_.TakeFrames();
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[1].data,
            Join(Join(WithSize(header), WithSize(tiles)), Join(WithSize(tiles), WithSize(tiles))));
}

TEST_F(Av1Depacketizer, LeavesOutWhatAFileDoesNotHave) {
  const Payload delimiter = {2 << 3}, tile_list = {8 << 3, 'l'}, padding = {15 << 3, 0x80},
                reserved = {9 << 3, 'r'};
  track_.SendFrame({Join(Join(Join(Join({kN}, Element(delimiter)), Element(kSequence)),
                              Join(Element(padding), Element(tile_list))),
                         Join(Element(reserved), Element(kKey)))},
                   0);
  const auto frames = track_.TakeFrames();
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].data, Join(WithSize(kSequence), WithSize(kKey)));
}

TEST_F(Av1Depacketizer, SizesAndExtensionsOfTheSenderAreTakenOver) {
  Payload layered = {6 << 3 | 4, 0x28, 0x30, 'x'};
  track_.SendFrame({Join(Join({kW2 | kN}, Element(WithSize(kSequence))), WithSize(kKey))}, 0);
  track_.SendFrame({Join({kW1}, layered)}, 3000);
  const auto frames = track_.TakeFrames();
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].data, Join(WithSize(kSequence), WithSize(kKey)));
  EXPECT_EQ(frames[1].data, (Payload{6 << 3 | 4 | 2, 0x28, 2, 0x30, 'x'}));
}

TEST_F(Av1Depacketizer, AKeyFrameIsOneThatIsShownAndHasItsSequenceHeader) {
  track_.SendFrame({Join({kW1}, kKey)}, 0);
  EXPECT_TRUE(track_.key_frame_wanted());
  Payload hidden = kKey;
  hidden[1] = 0x00;
  track_.SendFrame({Join(Join({kW2 | kN}, Element(kSequence)), hidden)}, 1);
  Payload repeated = kKey;
  repeated[1] = 0x80;
  track_.SendFrame({Join(Join({kW2 | kN}, Element(kSequence)), repeated)}, 2);
  track_.SendFrame({Join(Join({kW2 | kN}, Element(kSequence)), kInter)}, 3);
  EXPECT_TRUE(track_.TakeTimes().empty());
  track_.SendFrame({KeyPacket()}, 4);
  EXPECT_EQ(track_.TakeTimes(), (Times{4}));
}

TEST_F(Av1Depacketizer, ASequenceHeaderAloneBelongsToTheNextTemporalUnit) {
  track_.SendFrame({Join({kW1 | kN}, kSequence)}, 0);
  EXPECT_TRUE(track_.TakeFrames().empty());
  track_.SendFrame({Join({kW1}, kKey)}, 10);
  const auto frames = track_.TakeFrames();
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].data, Join(WithSize(kSequence), WithSize(kKey)));
  EXPECT_EQ(frames[0].rtp_time, 10);
  EXPECT_TRUE(frames[0].key_frame);
  EXPECT_EQ(track_.counters().frames_left_out, 0u);
  track_.Lose();
  track_.SendFrame({Join({kW1 | kN}, kSequence)}, 20);
  track_.SendFrame({Join({kW1}, kKey)}, 30);
  EXPECT_EQ(track_.TakeTimes(), (Times{30}));
}

TEST_F(Av1Depacketizer, TheRestOfAUnitThatWasJoinedBelongsToNone) {
  track_.SendFrame({Payload{kW1, 4 << 3, 't'}}, 0);
  track_.SendFrame({KeyPacket()}, 1);
  const auto frames = track_.TakeFrames();
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].data, Join(WithSize(kSequence), WithSize(kKey)));
  EXPECT_EQ(track_.counters().frames_left_out, 1u);
}

TEST_F(Av1Depacketizer, AKeyFrameBehindAGapHasToSayThatItBegins) {
  track_.Lose();
  track_.SendFrame({Join(Join({kW2}, Element(kSequence)), kKey)}, 0);
  track_.Lose();
  track_.SendFrame({Join({kW1 | kN}, kSequence), Join({kW1}, kKey)}, 1);
  track_.Lose();
  const Payload metadata = {5 << 3, 'm'};
  track_.SendFrame({Join(Join(Join({kW3}, Element(metadata)), Element(kSequence)), kKey)}, 2);
  EXPECT_EQ(track_.TakeTimes(), (Times{0, 1}));
}

TEST_F(Av1Depacketizer, ALossInAnObuDamagesTheUnit) {
  track_.SendFrame({KeyPacket()}, 0);
  track_.Send(Join({kW1 | kY}, kInter), 1, false);
  track_.Lose();
  track_.Send(Join({kW1 | kZ}, kInter), 1, true);
  track_.SendFrame({InterPacket()}, 2);
  track_.SendFrame({KeyPacket()}, 3);
  EXPECT_EQ(track_.TakeTimes(), (Times{0, 3}));
  EXPECT_EQ(track_.counters().packets_malformed, 0u);
}

TEST_F(Av1Depacketizer, WhatDoesNotHoldTogetherIsLeftOut) {
  const auto refuses = [](const std::vector<Payload>& packets, uint64_t malformed) {
    TestTrack track(kAv1);
    track.SendFrame({KeyPacket()}, 0);
    track.SendFrame(packets, 1);
    EXPECT_EQ(track.TakeTimes(), (Times{0}));
    EXPECT_EQ(track.counters().packets_malformed, malformed);
  };
  refuses({Join({kW1 | kY}, kInter)}, 0);  // never ends
  refuses({Join(Join({kW2 | kY}, Element(kInter)), {4 << 3, 't'})}, 0);
  refuses({Join({kW1 | kY}, kInter), Join({kW1}, kInter)}, 1);    // does not go on
  refuses({Join({kW1}, kInter), Join({kW1 | kZ}, kInter)}, 1);    // nothing to go on with
  refuses({Join({kW1 | kZ}, kInter)}, 0);                         // has no beginning
  refuses({Payload{kW1}}, 1);                                     // no OBU
  refuses({Join({kW2}, Element(kInter))}, 1);                     // one too few
  refuses({Payload{0x00, 0x05, 6 << 3}}, 1);                      // longer than the packet
  refuses({Payload{0x00, 0x00}}, 1);                              // an empty element
  refuses({Join({kW2 | kN}, Join(Element({1 << 3}), kKey))}, 1);  // an empty sequence header
}

TEST_F(Av1Depacketizer, ATemporalUnitHasALargestNumberOfObus) {
  Payload many = {0x00};
  for (int i = 0; i < 1000; ++i) many = Join(many, Element({5 << 3}));
  track_.SendFrame({KeyPacket()}, 0);
  track_.SendFrame({InterPacket(), many, many, many, many}, 1);
  track_.SendFrame({InterPacket(), many, many, many, many, many}, 2);
  EXPECT_EQ(track_.TakeTimes(), (Times{0, 1}));
  EXPECT_EQ(track_.counters().packets_malformed, 1u);
}

TEST_F(Av1Depacketizer, SurvivesAnyBytes) {
  uint32_t timestamp = 0;
  const auto send = [&](Bytes bytes) {
    track_.SendFrame({Payload(bytes.begin(), bytes.end()), InterPacket()}, ++timestamp);
  };
  ForEachPrefix(KeyPacket(), send);
  ForEachBitFlip(KeyPacket(), send);
  EXPECT_EQ(track_.counters().frames, track_.TakeFrames().size());
}

}  // namespace
}  // namespace baton::record
