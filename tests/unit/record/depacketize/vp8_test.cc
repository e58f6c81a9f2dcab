#include "record/depacketize/vp8.h"

#include <gtest/gtest.h>

#include "tests/unit/record/depacketize/track.h"
#include "tests/unit/rtp/mutations.h"

namespace baton::record {
namespace {

const Codec kVp8 = {"VP8", 90'000, 0};

// A key frame of 640x480: P is 0, then the start code and the size (RFC 6386 section 9.1).
const Payload kKeyFrame = {0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01, 'k', 'e'};
const Payload kInterFrame = {0x11, 0x02, 0x00, 'i', 'n'};

Payload Join(Payload a, const Payload& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
Payload Whole(const Payload& data) { return Join({0x10}, data); }

// Descriptor with picture ID and layers: X, S; I L T.
struct Layered {
  uint8_t picture_id = 0;
  uint8_t tl0_picture_index = 0;
  uint8_t temporal = 0;
  bool sync = false;
  bool non_reference = false;
};
Payload Packet(const Layered& layered, const Payload& data, bool starts = true) {
  const auto first =
      static_cast<uint8_t>(0x80 | (layered.non_reference ? 0x20 : 0) | (starts ? 0x10 : 0));
  const auto layer = static_cast<uint8_t>(layered.temporal << 6 | (layered.sync ? 0x20 : 0));
  return Join({first, 0xe0, layered.picture_id, layered.tl0_picture_index, layer}, data);
}

class Vp8Depacketizer : public testing::Test {
 protected:
  TestTrack track_{kVp8};
};

TEST_F(Vp8Depacketizer, AFrameInOnePacket) {
  track_.SendFrame({Whole(kKeyFrame)}, 1000);
  const auto frames = track_.TakeFrames();
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].data, kKeyFrame);
  EXPECT_EQ(frames[0].rtp_time, 1000);
  EXPECT_TRUE(frames[0].key_frame);
  EXPECT_EQ(frames[0].width, 640);
  EXPECT_EQ(frames[0].height, 480);
  EXPECT_FALSE(frames[0].discontinuity);
  EXPECT_EQ(frames[0].received, track_.now());
  EXPECT_FALSE(track_.key_frame_wanted());
}

// RFC 7741 section 4.6.3: the payload descriptors of a frame of two partitions in three packets.
TEST_F(Vp8Depacketizer, AFrameInFragmentsOfPartitions) {
  const Payload one(kKeyFrame.begin(), kKeyFrame.begin() + 10);
  track_.SendFrame({Join({0x90, 0x80, 0x11}, one), Join({0x80, 0x80, 0x11}, {'k'}),
                    Join({0x91, 0x80, 0x11}, {'e'})},
                   7);
  const auto frames = track_.TakeFrames();
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].data, kKeyFrame);
  EXPECT_EQ(frames[0].received, track_.now() - std::chrono::milliseconds(2));
}

TEST_F(Vp8Depacketizer, ScaleBitsAreNotPartOfTheSize) {
  Payload scaled = kKeyFrame;
  scaled[7] |= 0x40;
  scaled[9] |= 0xc0;
  track_.SendFrame({Whole(scaled)}, 0);
  const auto frames = track_.TakeFrames();
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].width, 640);
  EXPECT_EQ(frames[0].height, 480);
}

TEST_F(Vp8Depacketizer, TheNextTimestampEndsAFrameToo) {
  track_.Send(Whole(kKeyFrame), 0, false);
  EXPECT_TRUE(track_.TakeFrames().empty());
  track_.Send(Whole(kInterFrame), 3000, true);
  EXPECT_EQ(track_.TakeTimes(), (Times{0, 3000}));
}

TEST_F(Vp8Depacketizer, FlushEndsTheLastFrame) {
  track_.SendFrame({Whole(kKeyFrame)}, 0);
  track_.Send(Whole(kInterFrame), 3000, false);
  track_.Flush();
  EXPECT_EQ(track_.TakeTimes(), (Times{0, 3000}));
  track_.Flush();
  EXPECT_TRUE(track_.TakeTimes().empty());
}

TEST_F(Vp8Depacketizer, AFrameWithoutMarkerIsNotCompleteBeforeAGap) {
  track_.SendFrame({Whole(kKeyFrame)}, 0);
  track_.Send(Whole(kInterFrame), 3000, false);
  track_.Lose();
  track_.Flush();
  EXPECT_EQ(track_.TakeTimes(), (Times{0}));
}

TEST_F(Vp8Depacketizer, WaitsForTheFirstKeyFrameAndAsksForIt) {
  EXPECT_FALSE(track_.key_frame_wanted());
  track_.Send(Join({0x00}, kInterFrame), 0, false);
  track_.SendFrame({Whole(kInterFrame)}, 3000);
  EXPECT_TRUE(track_.key_frame_wanted());
  track_.SendFrame({Whole(kKeyFrame)}, 6000);
  EXPECT_FALSE(track_.key_frame_wanted());
  const auto frames = track_.TakeFrames();
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_TRUE(frames[0].discontinuity);
  EXPECT_EQ(track_.counters().frames_left_out, 2u);
}

TEST_F(Vp8Depacketizer, LeavesOutWhatIsDamagedUpToTheNextKeyFrame) {
  track_.SendFrame({Whole(kKeyFrame)}, 0);
  track_.SendFrame({Whole(kInterFrame)}, 3000);
  track_.Send(Whole(kInterFrame), 6000, false);
  track_.Lose();
  track_.Send(Join({0x00}, kInterFrame), 6000, true);
  EXPECT_TRUE(track_.key_frame_wanted());
  track_.SendFrame({Whole(kInterFrame)}, 9000);
  track_.SendFrame({Whole(kKeyFrame)}, 12'000);
  track_.SendFrame({Whole(kInterFrame)}, 15'000);
  const auto frames = track_.TakeFrames();
  ASSERT_EQ(frames.size(), 4u);
  EXPECT_EQ(frames[2].rtp_time, 12'000);
  EXPECT_TRUE(frames[2].discontinuity);
  EXPECT_FALSE(frames[3].discontinuity);
  const auto& counters = track_.counters();
  EXPECT_EQ(counters.frames, 4u);
  EXPECT_EQ(counters.key_frames, 2u);
  EXPECT_EQ(counters.frames_left_out, 2u);
  EXPECT_EQ(counters.packets_lost, 1u);
}

TEST_F(Vp8Depacketizer, ALostFrameIsADamageToo) {
  track_.SendFrame({Whole(kKeyFrame)}, 0);
  track_.Lose();
  track_.SendFrame({Whole(kInterFrame)}, 6000);
  EXPECT_EQ(track_.TakeTimes(), (Times{0}));
  EXPECT_TRUE(track_.key_frame_wanted());
}

TEST_F(Vp8Depacketizer, AnEmptyPacketCarriesNothing) {
  track_.Send(Whole(kKeyFrame), 0, false);
  track_.Send({}, 500, true);
  track_.Send(Join({0x00}, {'m'}), 0, true);
  const auto frames = track_.TakeFrames();
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].data, Join(kKeyFrame, {'m'}));
}

TEST_F(Vp8Depacketizer, MissingPaddingIsProvenByPictureIds) {
  track_.SendFrame({Packet({.picture_id = 127}, kKeyFrame)}, 0);
  track_.Lose();
  track_.SendFrame({Packet({.picture_id = 0}, kInterFrame)}, 3000);
  EXPECT_EQ(track_.TakeTimes(), (Times{0, 3000}));
  track_.Lose(128);
  track_.SendFrame({Packet({.picture_id = 1}, kInterFrame)}, 6000);
  EXPECT_TRUE(track_.TakeTimes().empty());
}

TEST_F(Vp8Depacketizer, ADamagedFrameToWhichNothingRefersDoesNoHarm) {
  track_.SendFrame({Packet({.picture_id = 1}, kKeyFrame)}, 0);
  track_.SendFrame({Packet({.picture_id = 2}, kInterFrame)}, 3000);
  track_.Send(Packet({.picture_id = 3, .non_reference = true}, kInterFrame), 6000, false);
  track_.Lose();
  track_.SendFrame({Packet({.picture_id = 4}, kInterFrame)}, 9000);
  // Its beginning, this time.
  track_.Lose();
  track_.SendFrame({Packet({.picture_id = 5, .non_reference = true}, {'x'}, false)}, 12'000);
  track_.SendFrame({Packet({.picture_id = 6}, kInterFrame)}, 15'000);
  const auto frames = track_.TakeFrames();
  ASSERT_EQ(frames.size(), 4u);
  EXPECT_EQ(frames[2].rtp_time, 9000);
  EXPECT_TRUE(frames[2].discontinuity);
  EXPECT_EQ(frames[3].rtp_time, 15'000);
  EXPECT_FALSE(track_.key_frame_wanted());
}

TEST_F(Vp8Depacketizer, ASenderThatCallsAllFramesUnreferencedIsNotBelieved) {
  track_.SendFrame({Packet({.picture_id = 1}, kKeyFrame)}, 0);
  track_.SendFrame({Packet({.picture_id = 2, .non_reference = true}, kInterFrame)}, 3000);
  track_.Send(Packet({.picture_id = 3, .non_reference = true}, kInterFrame), 6000, false);
  track_.Lose();
  track_.SendFrame({Packet({.picture_id = 4, .non_reference = true}, kInterFrame)}, 9000);
  EXPECT_EQ(track_.TakeTimes(), (Times{0, 3000}));
  EXPECT_TRUE(track_.key_frame_wanted());
}

TEST_F(Vp8Depacketizer, ALostFrameOfAHigherTemporalLayerCostsThatLayerUpToItsNextSync) {
  const auto send = [this](const Layered& layered, uint32_t timestamp) {
    track_.SendFrame({Packet(layered, layered.picture_id == 1 ? kKeyFrame : kInterFrame)},
                     timestamp);
  };
  send({.picture_id = 1, .tl0_picture_index = 9}, 0);
  send({.picture_id = 2, .tl0_picture_index = 9, .temporal = 1, .sync = true}, 1);
  send({.picture_id = 3, .tl0_picture_index = 10}, 2);
  track_.Lose();
  send({.picture_id = 5, .tl0_picture_index = 11}, 4);
  send({.picture_id = 6, .tl0_picture_index = 11, .temporal = 1}, 5);
  send({.picture_id = 7, .tl0_picture_index = 12}, 6);
  send({.picture_id = 8, .tl0_picture_index = 12, .temporal = 1, .sync = true}, 7);
  send({.picture_id = 9, .tl0_picture_index = 12, .temporal = 1}, 8);
  EXPECT_EQ(track_.TakeTimes(), (Times{0, 1, 2, 4, 6, 7, 8}));
  EXPECT_FALSE(track_.key_frame_wanted());
}

TEST_F(Vp8Depacketizer, ALostFrameOfTheLowestTemporalLayerBreaksAll) {
  track_.SendFrame({Packet({.picture_id = 1, .tl0_picture_index = 255}, kKeyFrame)}, 0);
  track_.Lose();
  track_.SendFrame({Packet({.picture_id = 3, .tl0_picture_index = 1}, kInterFrame)}, 2);
  track_.SendFrame(
      {Packet({.picture_id = 4, .tl0_picture_index = 1, .temporal = 1, .sync = true}, kInterFrame)},
      3);
  EXPECT_EQ(track_.TakeTimes(), (Times{0}));
  EXPECT_TRUE(track_.key_frame_wanted());
}

TEST_F(Vp8Depacketizer, WhatIsNoFrameIsLeftOut) {
  track_.SendFrame({Whole(kKeyFrame)}, 0);
  EXPECT_EQ(track_.TakeTimes(), (Times{0}));
  Payload no_start_code = kKeyFrame;
  no_start_code[3] = 0;
  track_.SendFrame({Whole(no_start_code)}, 1);
  track_.SendFrame({Whole(kKeyFrame)}, 2);
  track_.SendFrame({Payload{0x10}}, 3);  // no data
  track_.SendFrame({Whole(kKeyFrame)}, 4);
  track_.SendFrame({Payload{0x90, 0x80}}, 5);  // a descriptor that is cut off
  track_.SendFrame({Whole(kKeyFrame)}, 6);
  track_.SendFrame({Whole(kInterFrame), Whole(kInterFrame)}, 7);  // begins twice
  EXPECT_EQ(track_.TakeTimes(), (Times{2, 4, 6}));
  EXPECT_EQ(track_.counters().packets_malformed, 3u);
}

TEST_F(Vp8Depacketizer, AFrameHasALargestSize) {
  Payload large(1 << 16, 'x');
  large[0] = 0x00;
  track_.Send(Whole(kKeyFrame), 0, false);
  for (size_t size = 0; size < kMaxFrameSize; size += large.size()) track_.Send(large, 0, false);
  track_.Send(large, 0, true);
  EXPECT_TRUE(track_.TakeTimes().empty());
  EXPECT_TRUE(track_.key_frame_wanted());
  track_.SendFrame({Whole(kKeyFrame)}, 1);
  EXPECT_EQ(track_.TakeTimes(), (Times{1}));
}

TEST_F(Vp8Depacketizer, SurvivesAnyBytes) {
  const Payload packet = Packet({.picture_id = 1, .tl0_picture_index = 2}, kKeyFrame);
  uint32_t timestamp = 0;
  const auto send = [&](Bytes bytes) {
    track_.SendFrame({Payload(bytes.begin(), bytes.end())}, ++timestamp);
  };
  ForEachPrefix(packet, send);
  ForEachBitFlip(packet, send);
  const auto& counters = track_.counters();
  EXPECT_EQ(counters.frames, track_.TakeFrames().size());
}

}  // namespace
}  // namespace baton::record
