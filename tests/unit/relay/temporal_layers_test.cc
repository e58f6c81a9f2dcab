// Temporal layers of a stream that a leg leaves out, and what its numbering makes of that.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/relay/frames.h"

namespace baton::relay::test {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kAlice = "192.0.2.1:5004";
constexpr std::string_view kBob = "192.0.2.2:5004";

class TemporalLayersTest : public testing::Test {
 protected:
  TemporalLayersTest() {
    h.Do(Room("demo"));
    h.Do(Plain("demo", "alice", kAlice));
    h.Do(Plain("demo", "bob", kBob));
    h.Do(Publish("demo", "alice", "cam", Video(1)));
    h.TakeEvents();
  }
  std::vector<Got> SendUnchecked(const Octets& packet) {
    return Vp8To(h.Receive(kAlice, packet), kBob);
  }
  std::vector<Got> Send(const std::vector<Octets>& packets) {
    std::vector<Got> all;
    for (const Octets& packet : packets) {
      for (const Got& got : SendUnchecked(packet)) {
        EXPECT_EQ(bob.Check(got), "");
        all.push_back(got);
      }
    }
    return all;
  }
  std::vector<Got> Frame(uint8_t temporal, bool sync = false, size_t packets = 1) {
    return Send(cam.Frame({.packets = packets, .temporal = temporal, .sync = sync}));
  }
  void Want(uint8_t temporal) {
    h.Do(SetLegLayer{LegOf("demo", "bob", "alice", "cam"), {Layer::kHighest, temporal}});
  }

  Harness h;
  Vp8Encoder cam{1, 65'520, 4'294'900'000, 32'760, 250};  // everything wraps soon
  Vp8Receiver bob;
};

TEST_F(TemporalLayersTest, WhatIsLeftOutLeavesNoGap) {
  Want(0);
  EXPECT_THAT(h.TakeEventTexts(), Contains("leg-layer-set demo bob alice/cam -/0"));
  Send(cam.Frame({.key = true, .packets = 2}));
  EXPECT_THAT(h.TakeEventTexts(), Contains("leg-layer-changed demo bob alice/cam -/0"));
  for (int i = 0; i < 20; ++i) {
    EXPECT_THAT(Frame(2, false, 2), IsEmpty());
    EXPECT_THAT(Frame(1), IsEmpty());
    EXPECT_THAT(Frame(0, false, 3), SizeIs(3));
  }
  EXPECT_EQ(h.drops(DropReason::kLayerLeftOut), 60u);
  const LegStatistics leg = h.Statistics("demo").legs.at(0);
  EXPECT_EQ(leg.packets, 62u);
  EXPECT_EQ(leg.dropped, 60u);
  EXPECT_EQ(leg.current, (Layer{Layer::kHighest, 0}));
}

TEST_F(TemporalLayersTest, DownAtOnceAndUpWhereTheLayerIsSynchronised) {
  Send(cam.Frame({.key = true}));
  EXPECT_THAT(Frame(2), SizeIs(1));
  Want(1);
  EXPECT_THAT(Frame(2), IsEmpty());
  EXPECT_THAT(Frame(1), SizeIs(1));
  Want(0);
  EXPECT_THAT(Frame(1), IsEmpty());
  Want(Layer::kHighest);
  EXPECT_THAT(Frame(1), IsEmpty());
  EXPECT_THAT(Frame(0), SizeIs(1));
  EXPECT_THAT(Frame(2), IsEmpty());
  EXPECT_THAT(Frame(1, true), SizeIs(1));
  EXPECT_THAT(Frame(2), IsEmpty());
  EXPECT_THAT(Frame(2, true), SizeIs(1));
  EXPECT_THAT(Frame(1), SizeIs(1));
}

TEST_F(TemporalLayersTest, AFrameThatWasBegunIsFinished) {
  Send(cam.Frame({.key = true}));
  const auto frame = cam.Frame({.packets = 3, .temporal = 2});
  Send({frame[0]});
  Want(0);
  EXPECT_THAT(Send({frame[1], frame[2]}), SizeIs(2));
  EXPECT_THAT(Frame(2), IsEmpty());
}

TEST_F(TemporalLayersTest, AKeyFrameBringsAllThatIsWanted) {
  Want(0);
  Send(cam.Frame({.key = true}));
  Frame(2);
  Want(2);
  EXPECT_THAT(Send(cam.Frame({.key = true})), SizeIs(1));
  EXPECT_THAT(Frame(2), SizeIs(1));
}

// When a packet after it has been sent, the lost one's number is taken for it, whatever it was.
TEST_F(TemporalLayersTest, ALatePacketOfAFrameThatIsLeftOutIsEmpty) {
  Want(0);
  Send(cam.Frame({.key = true}));
  const Octets late = cam.Frame({.temporal = 2})[0];
  const auto next = SendUnchecked(cam.Delta());
  ASSERT_THAT(next, SizeIs(1));
  EXPECT_EQ(next[0].sequence, static_cast<uint16_t>(bob.packets().back().sequence + 2));
  const auto sent = To(h.Receive(kAlice, late), kBob);
  ASSERT_THAT(sent, SizeIs(1));
  const auto filler = sent[0].rtp();
  ASSERT_TRUE(filler);
  EXPECT_EQ(filler->sequence.value(), static_cast<uint16_t>(next[0].sequence - 1));
  EXPECT_EQ(filler->ssrc.value(), next[0].ssrc);
  EXPECT_EQ(filler->payload().size(), 0u);
  EXPECT_EQ(filler->padding_size, 1);
  EXPECT_FALSE(filler->marker);
  EXPECT_FALSE(filler->has_extension);
  EXPECT_EQ(h.metrics().fillers.value(), 1u);
  EXPECT_EQ(h.Statistics("demo").legs.at(0).packets, 2u);
}

TEST_F(TemporalLayersTest, ALatePacketOfAnEarlierSegmentIsAsItsSegmentWas) {
  Want(0);
  Send(cam.Frame({.key = true}));
  const auto two = cam.Frame({.packets = 2});
  const Octets left_out = cam.Frame({.temporal = 1})[0];
  SendUnchecked(two[0]);
  const auto first = SendUnchecked(cam.Delta());
  ASSERT_THAT(first, SizeIs(1));
  Frame(1);  // left out
  const auto second = SendUnchecked(cam.Delta());
  ASSERT_THAT(second, SizeIs(1));
  EXPECT_EQ(second[0].sequence, static_cast<uint16_t>(first[0].sequence + 1));
  const auto late = SendUnchecked(two[1]);
  ASSERT_THAT(late, SizeIs(1));
  EXPECT_EQ(late[0].sequence, static_cast<uint16_t>(first[0].sequence - 2));
  EXPECT_EQ(late[0].picture_id, (bob.packets().back().picture_id + 1) & 0x7fff);
  const auto empty = SendUnchecked(left_out);
  ASSERT_THAT(empty, SizeIs(1));
  EXPECT_TRUE(empty[0].empty);
}

// All layers again, without numbers that need rewriting: the number is still only for the empty
// packet.
TEST_F(TemporalLayersTest, ALatePacketIsEmptyAfterAllLayersAreBack) {
  const auto packet = [&](uint16_t sequence, bool key, uint8_t temporal) {
    // No picture ID, no TL0PICIDX; a temporal layer.
    const Octets payload = {
        0x90, 0x20, static_cast<uint8_t>(temporal << 6), static_cast<uint8_t>(key ? 0 : 1), 1,
        2,    3};
    return Packet({.ssrc = 1, .sequence = sequence, .timestamp = sequence * 3000u, .marker = true},
                  payload);
  };
  Want(0);
  ASSERT_THAT(SendUnchecked(packet(10, true, 0)), SizeIs(1));
  // 11 is of layer 2, and late.
  ASSERT_THAT(SendUnchecked(packet(12, false, 0)), SizeIs(1));
  Want(Layer::kHighest);
  ASSERT_THAT(SendUnchecked(packet(13, true, 0)), SizeIs(1));
  ASSERT_THAT(SendUnchecked(packet(14, false, 2)), SizeIs(1));
  const auto late = SendUnchecked(packet(11, false, 2));
  ASSERT_THAT(late, SizeIs(1));
  EXPECT_TRUE(late[0].empty);
}

TEST_F(TemporalLayersTest, LostFramesThatWouldBeLeftOutKeepTheirNumbers) {
  Want(0);
  Send(cam.Frame({.key = true}));
  const uint16_t before = bob.packets().back().sequence;
  cam.Frame({.packets = 2, .temporal = 1});  // never comes
  Frame(1);
  const auto got = SendUnchecked(cam.Delta());
  ASSERT_THAT(got, SizeIs(1));
  EXPECT_EQ(got[0].sequence, static_cast<uint16_t>(before + 3));
}

}  // namespace
}  // namespace baton::relay::test
