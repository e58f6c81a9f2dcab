// The smaller judges.
#include <gtest/gtest.h>

#include <array>

#include "tests/sim/judge/extension_judge.h"
#include "tests/sim/judge/layer_rule.h"
#include "tests/sim/judge/rtx_judge.h"
#include "tests/sim/media/header_extensions.h"
#include "tests/sim/media/rtp_wire.h"

namespace baton::sim {
namespace {

using std::chrono::seconds;

TEST(RtxJudge, NumbersGoUpByOne) {
  RtxJudge judge;
  EXPECT_FALSE(judge.OnWrite(65'535, 1, true));
  EXPECT_FALSE(judge.OnWrite(0, 2, true));
  EXPECT_TRUE(judge.OnWrite(0, 3, true));
  EXPECT_TRUE(judge.OnWrite(2, 3, true));
}

TEST(RtxJudge, WhatWasRefusedMayComeAgain) {
  RtxJudge judge;
  EXPECT_FALSE(judge.OnWrite(7, 1, false));
  EXPECT_FALSE(judge.OnWrite(8, 2, true));
  EXPECT_TRUE(judge.OnWrite(7, 2, true)) << "as another packet";
  EXPECT_FALSE(judge.OnWrite(7, 1, true));
  EXPECT_TRUE(judge.OnWrite(7, 1, true));
}

TEST(LayerRule, GoesDownAtOnceAndUpWithTime) {
  const TimePoint start = TimePoint(seconds(100));
  LayerRule rule;
  EXPECT_TRUE(rule.MayForward(start, 2));
  EXPECT_FALSE(rule.MayLeaveOut(start, 2));
  rule.Want(start, 1);
  EXPECT_TRUE(rule.MayForward(start, 2)) << "until the next frame";
  EXPECT_TRUE(rule.MayLeaveOut(start, 2));
  EXPECT_FALSE(rule.MayLeaveOut(start, 1));
  EXPECT_FALSE(rule.MayForward(start + seconds(2), 2));
  rule.Want(start + seconds(2), 255);
  EXPECT_TRUE(rule.MayForward(start + seconds(2), 2));
  EXPECT_TRUE(rule.MayLeaveOut(start + seconds(2), 2)) << "until it can go up";
  EXPECT_FALSE(rule.MayLeaveOut(start + seconds(2), 1));
  EXPECT_FALSE(rule.MayLeaveOut(start + seconds(20), 2));
}

class ExtensionsTest : public testing::Test {
 protected:
  ExtensionsTest() {
    publisher_.Set(rtp::ExtensionKind::kAudioLevel, 3);
    subscriber_.Set(rtp::ExtensionKind::kAudioLevel, 5);
    subscriber_.Set(rtp::ExtensionKind::kTransportSequence, 6);
  }

  // A packet with these elements.
  Bytes Datagram(std::initializer_list<ExtensionValue> values) {
    const std::vector<ExtensionValue> elements(values);
    return Bytes(datagram_.data(), WriteRtpHeader({}, elements, datagram_));
  }
  bool CopyIsRight(Bytes datagram) {
    CopiedExtensions packet;
    packet.datagram = datagram;
    packet.tag = kTag;
    packet.subscriber = &subscriber_;
    packet.publisher = &publisher_;
    return !CheckCopied(packet);
  }

  static constexpr PacketTag kTag = {1, 2};
  rtp::ExtensionIds publisher_;
  rtp::ExtensionIds subscriber_;
  std::array<uint8_t, 100> datagram_{};
  std::array<uint8_t, 1> level_ = {AudioLevelOf(kTag)};
  std::array<uint8_t, 1> other_ = {0};
};

TEST_F(ExtensionsTest, WhatIsCopiedIsAsItWas) {
  EXPECT_TRUE(CopyIsRight(Datagram({{5, level_}})));
  EXPECT_FALSE(CopyIsRight(Datagram({{3, level_}}))) << "under the publisher's id";
  EXPECT_FALSE(CopyIsRight(Datagram({{5, other_}})));
  EXPECT_FALSE(CopyIsRight(Datagram({})));
}

TEST_F(ExtensionsTest, TransportWideNumbersCountEveryPacket) {
  ExtensionJudge judge;
  const auto packet = [&](uint16_t number, bool taken) {
    std::array<uint8_t, 2> value;
    StoreU16(value.data(), number);
    return !judge.OnPacket(Datagram({{6, value}}), subscriber_, taken);
  };
  EXPECT_TRUE(packet(65'535, true));
  EXPECT_TRUE(packet(0, false));
  EXPECT_TRUE(packet(1, true));
  EXPECT_TRUE(packet(0, true)) << "it was refused before";
  EXPECT_FALSE(packet(0, true));
  EXPECT_FALSE(packet(3, true));
  EXPECT_TRUE(judge.OnPacket(Datagram({}), subscriber_, true).has_value()) << "without a number";
}

TEST_F(ExtensionsTest, WhatWasNotNegotiatedIsNotThere) {
  ExtensionJudge judge;
  const std::array<uint8_t, 2> number = {0, 1};
  EXPECT_TRUE(judge.OnPacket(Datagram({{6, number}, {9, level_}}), subscriber_, true).has_value());
}

}  // namespace
}  // namespace baton::sim
