#include "record/depacketize/vp9.h"

#include <gtest/gtest.h>

#include "record/depacketize/vp9_frame_header.h"
#include "tests/unit/record/depacketize/track.h"
#include "tests/unit/record/depacketize/vp9_frames.h"
#include "tests/unit/rtp/mutations.h"

namespace baton::record {
namespace {

const Codec kVp9 = {"VP9", 90'000, 0};

constexpr uint8_t kI = 0x80, kP = 0x40, kL = 0x20, kF = 0x10, kB = 0x08, kE = 0x04, kV = 0x02;

Payload Join(Payload a, const Payload& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

const Payload kKey = Vp9KeyFrame(640, 480);
const Payload kInter = Vp9InterFrame();

// A whole frame of one layer, without layers: picture ID of 7 bits.
Payload Whole(const Payload& data, uint8_t picture_id, bool key) {
  return Join({static_cast<uint8_t>(kI | (key ? 0 : kP) | kB | kE), picture_id}, data);
}

class Vp9Depacketizer : public testing::Test {
 protected:
  TestTrack track_{kVp9};
};

TEST(Vp9FrameHeader, KeyFramesOfAllProfiles) {
  for (int profile = 0; profile < 4; ++profile) {
    const auto header = ReadVp9FrameHeader(Vp9KeyFrame(1920, 1080, profile));
    ASSERT_TRUE(header) << profile;
    EXPECT_TRUE(header->key_frame);
    EXPECT_EQ(header->width, 1920);
    EXPECT_EQ(header->height, 1080);
  }
  EXPECT_EQ(ReadVp9FrameHeader(Vp9KeyFrame(65'536, 1))->width, 0);
  EXPECT_EQ(ReadVp9FrameHeader(Vp9KeyFrame(1, 65'535))->height, 65'535);
}

TEST(Vp9FrameHeader, InterFramesHaveASizeIfItIsAnother) {
  const auto same = ReadVp9FrameHeader(kInter);
  ASSERT_TRUE(same);
  EXPECT_FALSE(same->key_frame);
  EXPECT_EQ(same->width, 0);
  const auto other = ReadVp9FrameHeader(Vp9InterFrame(1280, 720));
  ASSERT_TRUE(other);
  EXPECT_FALSE(other->key_frame);
  EXPECT_EQ(other->width, 1280);
  EXPECT_EQ(other->height, 720);
}

TEST(Vp9FrameHeader, RefusesWhatIsNone) {
  Payload wrong_marker = kKey;
  wrong_marker[0] ^= 0x40;
  EXPECT_FALSE(ReadVp9FrameHeader(wrong_marker));
  Payload wrong_sync_code = kKey;
  wrong_sync_code[2] ^= 0x10;
  EXPECT_FALSE(ReadVp9FrameHeader(wrong_sync_code));
  EXPECT_FALSE(ReadVp9FrameHeader({}));
}

TEST_F(Vp9Depacketizer, AFrameInOnePacket) {
  track_.SendFrame({Whole(kKey, 1, true)}, 1000);
  track_.SendFrame({Whole(Vp9InterFrame(320, 240), 2, false)}, 4000);
  const auto frames = track_.TakeFrames();
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].data, kKey);
  EXPECT_TRUE(frames[0].key_frame);
  EXPECT_EQ(frames[0].width, 640);
  EXPECT_EQ(frames[0].height, 480);
  EXPECT_EQ(frames[1].data, Vp9InterFrame(320, 240));
  EXPECT_FALSE(frames[1].key_frame);
  EXPECT_EQ(frames[1].width, 0);
}

TEST_F(Vp9Depacketizer, AFrameInThreePackets) {
  const Payload middle = {'m'}, last = {'l'};
  track_.SendFrame({Join({kI | kB, 5}, kKey), Join({kI, 5}, middle), Join({kI | kE, 5}, last)}, 0);
  const auto frames = track_.TakeFrames();
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].data, Join(Join(kKey, middle), last));
}

TEST_F(Vp9Depacketizer, WithoutLayersTheEndOfAFrameIsEnough) {
  track_.Send(Whole(kKey, 1, true), 0, false);
  EXPECT_EQ(track_.TakeTimes(), (Times{0}));
  track_.Lose();
  track_.SendFrame({Whole(kInter, 2, false)}, 3000);
  EXPECT_EQ(track_.TakeTimes(), (Times{3000}));
}

// Non-flexible mode with a scalability structure of three spatial layers, L3T1.
TEST_F(Vp9Depacketizer, AllSpatialLayersAreASuperframe) {
  const Payload structure = {0x40 | 0x10, 0, 160, 0, 120, 1, 64, 0, 240, 2, 128, 1, 224};
  const Payload layer0 = Vp9KeyFrame(160, 120);
  const Payload layer1 = Join(Vp9InterFrame(320, 240), Payload(300, 'x'));
  const Payload layer2 = Vp9InterFrame(640, 480);
  track_.SendFrame({Join(Join({kI | kL | kB | kE | kV, 1, 0x00, 7}, structure), layer0),
                    Join({kI | kL | kB, 1, 0x03, 7}, Vp9InterFrame(320, 240)),
                    Join({kI | kL | kE, 1, 0x03, 7}, Payload(300, 'x')),
                    Join({kI | kL | kB | kE, 1, 0x05, 7}, layer2)},
                   0);
  const auto frames = track_.TakeFrames();
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_TRUE(frames[0].key_frame);
  EXPECT_EQ(frames[0].width, 640);
  EXPECT_EQ(frames[0].height, 480);
  // Annex B.2: three sizes of two bytes, little endian.
  const auto little = [](size_t size) {
    return Payload{static_cast<uint8_t>(size), static_cast<uint8_t>(size >> 8)};
  };
  const uint8_t header = 0xc0 | 1 << 3 | 2;
  Payload expected = Join(Join(layer0, layer1), layer2);
  expected.push_back(header);
  for (const size_t size : {layer0.size(), layer1.size(), layer2.size()}) {
    expected = Join(expected, little(size));
  }
  expected.push_back(header);
  EXPECT_EQ(frames[0].data, expected);
}

TEST_F(Vp9Depacketizer, ALostLayerDamagesThePicture) {
  track_.Send(Join({kI | kL | kB | kE, 1, 0x00, 7}, kKey), 0, false);
  track_.Lose();
  track_.SendFrame({Join({kI | kL | kB | kE, 1, 0x05, 7}, kInter)}, 0);
  EXPECT_TRUE(track_.TakeTimes().empty());
  EXPECT_TRUE(track_.key_frame_wanted());
}

TEST_F(Vp9Depacketizer, ALostLowestLayerDamagesThePicture) {
  track_.SendFrame({Join({kI | kL | kB | kE, 1, 0x00, 7}, kKey)}, 0);
  track_.Lose();
  track_.SendFrame({Join({kI | kP | kL | kB | kE, 2, 0x02, 8}, kInter)}, 3000);
  EXPECT_EQ(track_.TakeTimes(), (Times{0}));
}

TEST_F(Vp9Depacketizer, MorePacketsThanTheLayersOfAPicture) {
  for (int i = 0; i < 9; ++i) track_.Send(Join({kI | kL | kB | kE, 1, 0x00, 7}, kKey), 0, i == 8);
  EXPECT_TRUE(track_.TakeTimes().empty());
  EXPECT_EQ(track_.counters().packets_malformed, 1u);
}

TEST_F(Vp9Depacketizer, AFrameThatGoesOnAfterItsEndIsMalformed) {
  track_.SendFrame({Join({kI | kL | kB | kE, 1, 0x00, 7}, kKey), Join({kI | kL, 1, 0, 7}, {'x'})},
                   0);
  EXPECT_TRUE(track_.TakeTimes().empty());
  EXPECT_EQ(track_.counters().packets_malformed, 1u);
}

// Whatever the descriptor says, a decoder starts with the frame.
TEST_F(Vp9Depacketizer, OnlyAKeyFrameIsOne) {
  track_.SendFrame({Whole(kInter, 1, true)}, 0);
  EXPECT_TRUE(track_.TakeTimes().empty());
  EXPECT_TRUE(track_.key_frame_wanted());
}

TEST_F(Vp9Depacketizer, FlexibleModeNamesWhatAPictureNeeds) {
  const auto send = [this](uint8_t picture_id, Payload references) {
    const auto flags = static_cast<uint8_t>(kI | kF | kB | kE | (references.empty() ? 0 : kP));
    for (size_t i = 0; i < references.size(); ++i) {
      const bool last = i + 1 == references.size();
      references[i] = static_cast<uint8_t>(references[i] << 1 | (last ? 0 : 1));
    }
    const Payload& data = references.empty() ? kKey : kInter;
    track_.SendFrame({Join(Join({flags, picture_id}, references), data)}, picture_id);
  };
  send(120, {});
  send(121, {1});
  track_.Lose();      // 122
  send(123, {2, 3});  // 121 and 120
  send(124, {2});     // 122
  send(125, {2, 1});  // 123 and 124
  send(126, {3});     // 123
  send(127, {1});
  send(0, {8});    // 120, over the wrap
  send(1, {127});  // from before
  EXPECT_EQ(track_.TakeTimes(), (Times{120, 121, 123, 126, 127, 0}));
  EXPECT_TRUE(track_.key_frame_wanted());
  send(2, {});
  EXPECT_FALSE(track_.key_frame_wanted());
}

TEST_F(Vp9Depacketizer, ASwitchingUpPointEndsTheDamageOfHigherTemporalLayers) {
  // |TID|U|SID|D|
  const auto send = [this](uint8_t id, uint8_t tl0, uint8_t temporal, bool up) {
    const auto layers = static_cast<uint8_t>(temporal << 5 | (up ? 0x10 : 0));
    const auto flags = static_cast<uint8_t>(kI | kL | kB | kE | (id == 1 ? 0 : kP));
    track_.SendFrame({Join({flags, id, layers, tl0}, id == 1 ? kKey : kInter)}, id);
  };
  send(1, 1, 0, false);
  send(2, 1, 2, false);
  track_.Lose();  // 3, of layer 1
  send(4, 1, 2, false);
  send(5, 2, 0, false);
  send(6, 2, 2, false);
  send(7, 2, 1, false);
  send(8, 3, 0, true);
  send(9, 3, 2, false);
  send(10, 3, 1, false);
  EXPECT_EQ(track_.TakeTimes(), (Times{1, 2, 5, 8, 9, 10}));
  EXPECT_FALSE(track_.key_frame_wanted());
}

TEST_F(Vp9Depacketizer, SurvivesAnyBytes) {
  const Payload packet = Join({kI | kP | kL | kF | kB | kE | kV, 0x81, 0x02, 0x03, 0x05, 0x04, 0x18,
                               0, 1, 0, 1, 1, 0x04, 0x01},
                              kKey);
  uint32_t timestamp = 0;
  const auto send = [&](Bytes bytes) {
    track_.SendFrame({Payload(bytes.begin(), bytes.end())}, ++timestamp);
  };
  ForEachPrefix(packet, send);
  ForEachBitFlip(packet, send);
  EXPECT_EQ(track_.counters().frames, track_.TakeFrames().size());
}

}  // namespace
}  // namespace baton::record
