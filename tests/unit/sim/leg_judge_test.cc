// Who judges has to be judged: each wrong that can be done to a leg is found.
#include "tests/sim/judge/leg_judge.h"

#include <gtest/gtest.h>

#include <string>

namespace baton::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr uint32_t kClock = 90'000;
constexpr uint32_t kTicksPerPacket = 1'800;  // 20 ms
constexpr uint32_t kPackets = 100;

class LegJudgeTest : public testing::Test {
 protected:
  // Two streams of kPackets packets, each a frame of its own. All of them have been read.
  LegJudgeTest() {
    for (uint32_t i = 0; i < kPackets; ++i) {
      for (const uint32_t stream : {0u, 1u}) {
        Send(stream, i);
        Read(stream, i);
      }
    }
  }

  static PacketIdentity Packet(uint32_t stream, uint32_t index) {
    PacketIdentity packet;
    packet.tag = {stream, index};
    packet.frame.number = index;
    packet.frame.key = index % 10 == 0;
    packet.frame.temporal = index % 2 == 0 ? 0 : 1;
    return packet;
  }
  static TimePoint TimeOf(uint32_t index) { return TimePoint(milliseconds(20 * index)); }

  void Send(uint32_t stream, uint32_t index) {
    ledger_.OnSent(TimeOf(index), Packet(stream, index));
  }
  void Read(uint32_t stream, uint32_t index) {
    ledger_.OnRead(TimeOf(index), {stream, index}, ++arrivals_, true);
  }

  LegJudge::Written Written(uint32_t index, uint16_t sequence, uint32_t stream = 0) const {
    LegJudge::Written written;
    written.now = now_;
    written.sequence = sequence;
    written.timestamp = index * kTicksPerPacket + stream;
    written.marker = true;
    written.packet = Packet(stream, index);
    return written;
  }
  // "" if all is well.
  std::string Write(const LegJudge::Written& written) {
    return judge_.OnWrite(written).value_or("");
  }
  std::string Write(uint32_t index, uint16_t sequence, uint32_t stream = 0) {
    return Write(Written(index, sequence, stream));
  }
  std::string WriteRefused(uint32_t index, uint16_t sequence) {
    LegJudge::Written written = Written(index, sequence);
    written.taken = false;
    return Write(written);
  }
  std::string WriteAt(uint32_t index, uint16_t sequence, uint32_t timestamp) {
    LegJudge::Written written = Written(index, sequence);
    written.timestamp = timestamp;
    return Write(written);
  }

  TimePoint now_ = TimePoint(seconds(10));
  uint64_t arrivals_ = 0;
  InputLedger ledger_;
  LegJudge judge_{{kClock, true, false, false}, ledger_};
};

TEST_F(LegJudgeTest, AcceptsAStreamAcrossTheWrap) {
  for (uint32_t i = 10; i < 20; ++i) {
    EXPECT_EQ(Write(i, static_cast<uint16_t>(65'530 + i - 10)), "");
  }
}

TEST_F(LegJudgeTest, HolesHaveToBeThoseOfTheInput) {
  Send(0, kPackets);
  Send(0, kPackets + 1);
  Send(0, kPackets + 2);
  EXPECT_EQ(Write(98, 100), "");
  EXPECT_EQ(Write(99, 101), "");
  Read(0, kPackets + 1);
  EXPECT_EQ(Write(kPackets + 1, 103), "") << "one packet is missing";
  Read(0, kPackets + 2);
  EXPECT_NE(Write(kPackets + 2, 105), "") << "nothing is missing";
}

TEST_F(LegJudgeTest, AHoleMayNotVanish) {
  Send(0, kPackets);
  Send(0, kPackets + 1);
  EXPECT_EQ(Write(99, 101), "");
  Read(0, kPackets + 1);
  EXPECT_NE(Write(kPackets + 1, 102), "");
}

TEST_F(LegJudgeTest, NothingIsLeftOutUnasked) {
  EXPECT_EQ(Write(10, 100), "");
  EXPECT_NE(Write(12, 101), "");
}

TEST_F(LegJudgeTest, UpperLayersAreLeftOutWhenAsked) {
  judge_.layers().Want(now_ - seconds(5), 0);
  EXPECT_EQ(Write(10, 100), "");
  EXPECT_EQ(Write(12, 101), "");
  EXPECT_NE(Write(16, 102), "") << "packet 14 is of the lowest layer";
}

TEST_F(LegJudgeTest, UpperLayersAreNotForwardedWhenNotWanted) {
  judge_.layers().Want(now_ - seconds(5), 0);
  EXPECT_EQ(Write(10, 100), "");
  EXPECT_NE(Write(11, 101), "");
}

TEST_F(LegJudgeTest, AnEmptyPacketTakesANumber) {
  judge_.layers().Want(now_ - seconds(5), 0);
  EXPECT_EQ(Write(10, 100), "");
  EXPECT_FALSE(judge_.OnFiller(now_, 101, true).has_value());
  EXPECT_EQ(Write(12, 102), "");
  EXPECT_TRUE(judge_.OnFiller(now_, 102, true).has_value()) << "it has a packet";
}

TEST_F(LegJudgeTest, ALatePacketHasItsPlace) {
  Send(0, kPackets);
  Send(0, kPackets + 1);
  EXPECT_EQ(Write(99, 101), "");
  Read(0, kPackets + 1);
  EXPECT_EQ(Write(kPackets + 1, 103), "");
  Read(0, kPackets);
  EXPECT_EQ(Write(kPackets, 102), "");
}

TEST_F(LegJudgeTest, APacketHasOneNumber) {
  EXPECT_EQ(Write(10, 100), "");
  EXPECT_EQ(Write(11, 101), "");
  EXPECT_NE(Write(10, 99), "");
}

TEST_F(LegJudgeTest, ANumberStandsForOnePacket) {
  EXPECT_EQ(Write(10, 100), "");
  EXPECT_NE(Write(11, 100), "");
}

TEST_F(LegJudgeTest, NothingOvertakes) {
  Send(0, kPackets);
  Send(0, kPackets + 1);
  Read(0, kPackets);
  Read(0, kPackets + 1);
  EXPECT_EQ(Write(99, 101), "");
  EXPECT_EQ(WriteRefused(kPackets, 102), "");
  EXPECT_EQ(Write(kPackets + 1, 103), "");
  EXPECT_NE(Write(kPackets, 102), "");
}

TEST_F(LegJudgeTest, WhatTheKernelRefusedMayBeTriedAgain) {
  EXPECT_EQ(WriteRefused(10, 100), "");
  EXPECT_EQ(WriteRefused(11, 101), "");
  EXPECT_EQ(Write(10, 100), "");
  EXPECT_EQ(Write(11, 101), "");
}

TEST_F(LegJudgeTest, APacketIsSentAgainOnceAtATime) {
  EXPECT_EQ(Write(10, 100), "");
  now_ += milliseconds(20);
  EXPECT_EQ(Write(10, 100), "");
  EXPECT_NE(Write(10, 100), "");
  now_ += milliseconds(20);
  EXPECT_EQ(Write(10, 100), "");
}

TEST_F(LegJudgeTest, AfterAnInterruptionItGoesOnWithAKeyFrame) {
  EXPECT_EQ(Write(10, 100), "");
  judge_.Interrupt();
  EXPECT_NE(Write(51, 101), "");
  EXPECT_EQ(Write(60, 101), "");
  EXPECT_EQ(Write(61, 102), "");
}

TEST_F(LegJudgeTest, AnInterruptionMakesNoHole) {
  EXPECT_EQ(Write(10, 100), "");
  judge_.Interrupt();
  EXPECT_NE(Write(50, 102), "");
}

TEST_F(LegJudgeTest, ASwitchNeedsAKeyFrame) {
  EXPECT_EQ(Write(10, 100), "");
  EXPECT_NE(Write(11, 101, 1), "");
  EXPECT_EQ(Write(20, 101, 1), "");
  EXPECT_EQ(Write(21, 102, 1), "");
}

TEST_F(LegJudgeTest, ASwitchDoesNotGoBackInTime) {
  EXPECT_EQ(Write(20, 100), "");
  EXPECT_NE(Write(10, 101, 1), "");
}

TEST_F(LegJudgeTest, ASwitchDoesNotLeapAhead) {
  EXPECT_EQ(Write(10, 100), "");
  LegJudge::Written leap = Written(20, 101, 1);
  leap.timestamp += 120 * kClock;
  EXPECT_NE(Write(leap), "");
}

TEST_F(LegJudgeTest, TimestampsGoWithTheFrames) {
  EXPECT_EQ(Write(10, 100), "");
  EXPECT_NE(WriteAt(11, 101, 10 * kTicksPerPacket), "") << "another frame, the same time";
  EXPECT_NE(WriteAt(11, 101, 9 * kTicksPerPacket), "") << "back in time";
  EXPECT_NE(WriteAt(11, 101, 11 * kTicksPerPacket + 9), "") << "100 us late";
  EXPECT_EQ(Write(11, 101), "");
}

TEST_F(LegJudgeTest, APacketHasToHaveComeIn) {
  Send(0, kPackets);
  EXPECT_EQ(Write(99, 100), "");
  EXPECT_NE(Write(kPackets, 101), "");
}

TEST_F(LegJudgeTest, ARestartMayHideWhatNobodySaw) {
  ledger_.OnRestart(0);
  for (uint32_t i = kPackets; i < kPackets + 10; ++i) Send(0, i);
  for (uint32_t i = kPackets; i < kPackets + 10; ++i) Read(0, i);
  EXPECT_EQ(Write(99, 100), "");
  // The first one announced the restart.
  EXPECT_EQ(Write(kPackets + 1, 102), "");
  EXPECT_EQ(Write(kPackets + 2, 103), "");
  EXPECT_NE(Write(kPackets + 3, 105), "");
}

TEST_F(LegJudgeTest, ARestartMayNotAddToTheHole) {
  ledger_.OnRestart(0);
  for (uint32_t i = kPackets; i < kPackets + 10; ++i) Send(0, i);
  for (uint32_t i = kPackets; i < kPackets + 10; ++i) Read(0, i);
  EXPECT_EQ(Write(99, 100), "");
  EXPECT_NE(Write(kPackets + 1, 110), "");
}

}  // namespace
}  // namespace baton::sim
