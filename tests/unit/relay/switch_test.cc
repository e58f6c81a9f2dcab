// Legs that are pointed from one track to another: the receiver sees one stream go on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

#include "rtp/sequence.h"
#include "tests/unit/relay/frames.h"

namespace baton::relay::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kAlice = "192.0.2.1:5004";
constexpr std::string_view kBob = "192.0.2.2:5004";
constexpr std::string_view kCarol = "192.0.2.3:5004";

class SwitchTest : public testing::Test {
 protected:
  explicit SwitchTest(const CoreConfig& config = SmallConfig()) : h(config) {
    h.Do(Room("demo", SubscribeMode::kManual));
    h.Do(Plain("demo", "alice", kAlice));
    h.Do(Plain("demo", "bob", kBob));
    h.Do(Plain("demo", "carol", kCarol));
    h.Do(Publish("demo", "alice", "cam", Video(1)));
    h.Do(Publish("demo", "carol", "cam", Video(2)));
    h.Do(AddLeg{LegOf("demo", "bob", "alice", "cam"), {}, {}, {}, {}, {}});
    h.TakeEvents();
  }
  // What bob gets of it, which has to be fit to follow.
  std::vector<Got> Send(std::string_view from, const std::vector<Octets>& packets) {
    std::vector<Got> got;
    for (const Octets& packet : packets) {
      for (const Got& g : Vp8To(h.Receive(from, packet), kBob)) got.push_back(g);
    }
    Check(got);
    return got;
  }
  std::vector<Got> SendAtOnce(const std::vector<std::pair<std::string_view, Octets>>& packets) {
    std::vector<std::pair<Flow, Octets>> datagrams;
    for (const auto& [from, bytes] : packets) datagrams.push_back({Flow{Address(from), 0}, bytes});
    const std::vector<Got> got = Vp8To(h.ReceiveBatch(datagrams), kBob);
    Check(got);
    return got;
  }
  std::vector<Got> Send(std::string_view from, const Octets& packet) {
    return Send(from, std::vector<Octets>{packet});
  }
  void Check(const std::vector<Got>& got) {
    for (const Got& g : got) EXPECT_EQ(bob.Check(g), "");
  }
  CommandError SwitchTo(std::string_view from, std::string_view to) {
    return h.Do(SwitchLeg{LegOf("demo", "bob", from, "cam"), N(to), N("cam")});
  }
  LegStatistics Leg() { return h.Statistics("demo").legs.at(0); }

  Harness h;
  Vp8Encoder alice{1};
  Vp8Encoder carol{2, 40'000, 4'000'000'000, 32'760, 250};
  Vp8Receiver bob;
};

TEST_F(SwitchTest, TheOldTrackGoesOnUntilAKeyFrameOfTheNew) {
  Send(kAlice, alice.Key());
  Send(kCarol, carol.Key());
  EXPECT_EQ(SwitchTo("alice", "carol"), CommandError::kNone);
  EXPECT_THAT(h.TakeEventTexts(), Contains("leg-switched demo bob alice/cam carol/cam"));
  EXPECT_THAT(Send(kAlice, alice.Delta()), SizeIs(1));
  EXPECT_THAT(Send(kCarol, carol.Delta()), IsEmpty());
  EXPECT_EQ(bob.stream(), 1u);
  EXPECT_THAT(Send(kCarol, carol.Key()), SizeIs(1));
  EXPECT_THAT(Send(kAlice, alice.Key()), IsEmpty());
  EXPECT_THAT(Send(kCarol, carol.Delta()), SizeIs(1));
  EXPECT_EQ(bob.switches(), 1u);
  EXPECT_EQ(Leg().publisher, "carol");
  EXPECT_EQ(Leg().packets, 4u);
  EXPECT_EQ(Leg().dropped, 1u);
}

TEST_F(SwitchTest, PictureIdsGoOnWithoutTemporalLayersToo) {
  const auto packet = [](uint32_t ssrc, uint16_t number, bool key) {
    // A picture ID of 15 bits, and nothing else that is optional.
    const auto picture_id = static_cast<uint16_t>(1000 * ssrc + number);
    const Octets payload = {0x90,
                            0x80,
                            static_cast<uint8_t>(0x80 | picture_id >> 8),
                            static_cast<uint8_t>(picture_id),
                            static_cast<uint8_t>(key ? 0 : 1),
                            1,
                            2};
    return Packet({.ssrc = ssrc, .sequence = number, .timestamp = number * 3000u, .marker = true},
                  payload);
  };
  std::vector<uint16_t> ids;
  const auto send = [&](std::string_view from, const Octets& bytes) {
    for (const Got& got : Vp8To(h.Receive(from, bytes), kBob)) ids.push_back(got.picture_id);
  };
  send(kAlice, packet(1, 1, true));
  send(kAlice, packet(1, 2, false));
  SwitchTo("alice", "carol");
  send(kCarol, packet(2, 5, true));
  send(kCarol, packet(2, 6, false));
  EXPECT_THAT(ids, ElementsAre(1001, 1002, 1003, 1004));
}

TEST_F(SwitchTest, TheNewTrackWaitsUntilTheFrameInProgressIsComplete) {
  Send(kAlice, alice.Key());
  SwitchTo("alice", "carol");
  const auto old_frame = alice.Frame({.packets = 3});
  EXPECT_THAT(Send(kAlice, {old_frame[0], old_frame[1]}), SizeIs(2));
  const auto key = carol.Frame({.key = true, .packets = 3});
  EXPECT_THAT(Send(kCarol, {key[0], key[1]}), IsEmpty());
  // With the last packet of the frame come those that were held.
  EXPECT_THAT(Send(kAlice, old_frame[2]), SizeIs(3));
  EXPECT_THAT(Send(kCarol, key[2]), SizeIs(1));
  EXPECT_THAT(Send(kAlice, alice.Delta()), IsEmpty());
  EXPECT_THAT(Send(kCarol, carol.Delta()), SizeIs(1));
  EXPECT_EQ(Leg().packets, 8u);
  EXPECT_EQ(Leg().dropped, 0u);
}

TEST_F(SwitchTest, TheFrameAfterTheOneInProgressIsNotBegun) {
  Send(kAlice, alice.Key());
  SwitchTo("alice", "carol");
  const auto old_frame = alice.Frame({.packets = 2});
  Send(kAlice, old_frame[0]);
  Send(kCarol, carol.Key());
  // In one batch: the rest of the frame, and the next one.
  const auto next = alice.Frame({.packets = 2});
  EXPECT_THAT(SendAtOnce({{kAlice, old_frame[1]}, {kAlice, next[0]}, {kAlice, next[1]}}),
              SizeIs(2));
  EXPECT_EQ(bob.stream(), 2u);
  EXPECT_EQ(h.drops(DropReason::kLegSwitched), 2u);
}

TEST_F(SwitchTest, AnOldFrameThatLostItsEndIsGivenUpForTheNextOfEither) {
  bob.complete_frames = false;
  Send(kAlice, alice.Key());
  SwitchTo("alice", "carol");
  Send(kAlice, alice.Frame({.packets = 3})[0]);
  const auto key = carol.Frame({.key = true, .packets = 2});
  EXPECT_THAT(Send(kCarol, key), IsEmpty());
  EXPECT_THAT(Send(kCarol, carol.Delta()), SizeIs(3));  // by the new one's next frame
  EXPECT_EQ(bob.stream(), 2u);

  SwitchTo("carol", "alice");
  Send(kCarol, carol.Frame({.packets = 3})[0]);
  EXPECT_THAT(Send(kAlice, alice.Key()), IsEmpty());
  const auto old = carol.Frame({.packets = 1});
  const std::vector<Got> got = Send(kCarol, old);  // by the old one's next frame
  ASSERT_THAT(got, SizeIs(1));
  EXPECT_EQ(got[0].tag->ssrc, 1u);
}

TEST_F(SwitchTest, AKeyFrameAmongOthersOfItsBatchBeginsTheNewTrack) {
  Send(kAlice, alice.Key());
  SwitchTo("alice", "carol");
  const Octets before = carol.Delta();
  const Octets key = carol.Key();
  const Octets after = carol.Delta();
  EXPECT_THAT(SendAtOnce({{kCarol, before},
                          {kAlice, alice.Delta()},
                          {kCarol, key},
                          {kCarol, after},
                          {kAlice, alice.Delta()}}),
              SizeIs(testing::Ge(2u)));
  EXPECT_EQ(bob.stream(), 2u);
  EXPECT_EQ(bob.packets().back().tag->frame, 2u);
}

TEST_F(SwitchTest, HeldAndForcedInOneBatch) {
  bob.complete_frames = false;
  Send(kAlice, alice.Key());
  SwitchTo("alice", "carol");
  Send(kAlice, alice.Frame({.packets = 2})[0]);
  const auto key = carol.Frame({.key = true, .packets = 2});
  EXPECT_THAT(
      SendAtOnce(
          {{kCarol, key[0]}, {kCarol, key[1]}, {kCarol, carol.Delta()}, {kCarol, carol.Delta()}}),
      SizeIs(4));
  EXPECT_EQ(Leg().packets, 6u);
}

TEST_F(SwitchTest, ALatePacketOfWhatIsHeldFindsItsPlace) {
  Send(kAlice, alice.Key());
  SwitchTo("alice", "carol");
  const auto old_frame = alice.Frame({.packets = 2});
  Send(kAlice, old_frame[0]);
  const auto key = carol.Frame({.key = true, .packets = 3});
  Send(kCarol, {key[0], key[2], key[1]});
  EXPECT_THAT(Send(kAlice, old_frame[1]), SizeIs(4));
}

TEST_F(SwitchTest, WhatIsHeldIsWholeWhateverTheOrderOfItsBatch) {
  bob.complete_frames = false;
  Send(kAlice, alice.Key());
  SwitchTo("alice", "carol");
  Send(kAlice, alice.Frame({.packets = 3})[0]);
  const auto key = carol.Frame({.key = true, .packets = 2});
  EXPECT_THAT(Send(kCarol, key), IsEmpty());
  // The next frame, whose first packet ends the wait, comes with its last one first.
  const auto next = carol.Frame({.packets = 3});
  const std::vector<Got> got = Vp8To(
      h.ReceiveBatch({{Flow{Address(kCarol), 0}, next[2]}, {Flow{Address(kCarol), 0}, next[0]}}),
      kBob);
  ASSERT_THAT(got, SizeIs(4));
  EXPECT_EQ(got[2].sequence, static_cast<uint16_t>(got[1].sequence + 3));
  EXPECT_EQ(got[2].tag->index, 2);
  EXPECT_EQ(got[3].sequence, static_cast<uint16_t>(got[1].sequence + 1));
  EXPECT_EQ(h.drops(DropReason::kLegSwitched), 0u);
}

TEST_F(SwitchTest, ALegThatIsResumedDoesNotGoBack) {
  Send(kAlice, alice.Key());
  const Octets late = alice.Key();
  bob.consecutive_ids = false;
  const Octets newest = alice.Delta();
  h.Receive(kAlice, newest);
  h.Do(PauseLeg{LegOf("demo", "bob", "alice", "cam"), true});
  h.Do(PauseLeg{LegOf("demo", "bob", "alice", "cam"), false});
  EXPECT_THAT(h.Receive(kAlice, late), IsEmpty());
  EXPECT_EQ(h.drops(DropReason::kBeforeLegStart), 1u);
  EXPECT_THAT(h.Receive(kAlice, alice.Key()), SizeIs(1));
}

TEST_F(SwitchTest, BackBeforeTheNewTrackHasBegun) {
  Send(kAlice, alice.Key());
  SwitchTo("alice", "carol");
  const auto frame = alice.Frame({.packets = 2});
  Send(kAlice, frame[0]);
  Send(kCarol, carol.Key());  // held
  EXPECT_EQ(SwitchTo("carol", "alice"), CommandError::kNone);
  EXPECT_THAT(Send(kAlice, frame[1]), SizeIs(1));
  EXPECT_THAT(Send(kCarol, carol.Key()), IsEmpty());
  EXPECT_THAT(Send(kAlice, alice.Delta()), SizeIs(1));
  EXPECT_EQ(bob.switches(), 0u);
  EXPECT_EQ(Leg().packets, 4u);
  EXPECT_EQ(Leg().dropped, 1u);  // what was held
  EXPECT_EQ(h.drops(DropReason::kLegSwitched), 1u);
}

TEST_F(SwitchTest, APauseWhileTheKeyFrameIsHeldEndsInAnotherOne) {
  bob.complete_frames = bob.consecutive_ids = false;
  Send(kAlice, alice.Key());
  SwitchTo("alice", "carol");
  const auto frame = alice.Frame({.packets = 2});
  Send(kAlice, frame[0]);
  Send(kCarol, carol.Key());  // held
  h.Do(PauseLeg{LegOf("demo", "bob", "carol", "cam"), true});
  EXPECT_THAT(Send(kAlice, frame[1]), IsEmpty());
  EXPECT_THAT(Send(kCarol, carol.Key()), IsEmpty());
  h.Do(PauseLeg{LegOf("demo", "bob", "carol", "cam"), false});
  EXPECT_THAT(Send(kCarol, carol.Delta()), IsEmpty());
  EXPECT_THAT(Send(kAlice, alice.Delta()), IsEmpty());
  EXPECT_THAT(Send(kAlice, alice.Key()), SizeIs(1));  // the old one is better than nothing
  EXPECT_THAT(Send(kAlice, alice.Delta()), SizeIs(1));
  EXPECT_THAT(Send(kCarol, carol.Key()), SizeIs(1));
  EXPECT_THAT(Send(kAlice, alice.Key()), IsEmpty());
  EXPECT_EQ(Leg().packets, 5u);
}

TEST_F(SwitchTest, ALegThatHasNotBegunMayBeginInItsOldTrack) {
  EXPECT_EQ(SwitchTo("alice", "carol"), CommandError::kNone);
  EXPECT_THAT(Send(kAlice, alice.Key()), SizeIs(1));
  EXPECT_THAT(Send(kAlice, alice.Delta()), SizeIs(1));
  EXPECT_THAT(Send(kCarol, carol.Delta()), IsEmpty());
  EXPECT_THAT(Send(kCarol, carol.Key()), SizeIs(1));
  EXPECT_THAT(Send(kAlice, alice.Key()), IsEmpty());
}

TEST_F(SwitchTest, TheOldTrackEndsBeforeTheNewOneHasBegun) {
  Send(kAlice, alice.Key());
  Send(kAlice, alice.Delta());
  SwitchTo("alice", "carol");
  h.Do(UnpublishTrack{N("demo"), N("alice"), N("cam")});
  EXPECT_THAT(Send(kCarol, carol.Delta()), IsEmpty());
  h.Advance(milliseconds(500));
  const uint32_t before = bob.packets().back().timestamp;
  EXPECT_THAT(Send(kCarol, carol.Key()), SizeIs(1));
  EXPECT_EQ(bob.packets().back().timestamp - before, 45'000u);
  EXPECT_THAT(Send(kCarol, carol.Delta()), SizeIs(1));
  EXPECT_EQ(bob.switches(), 1u);
}

TEST_F(SwitchTest, TheOldTrackEndsWhileTheKeyFrameIsHeld) {
  bob.complete_frames = false;
  Send(kAlice, alice.Key());
  SwitchTo("alice", "carol");
  Send(kAlice, alice.Frame({.packets = 2})[0]);
  const auto key = carol.Frame({.key = true, .packets = 2});
  Send(kCarol, key[0]);
  h.Do(RemoveEndpoint{N("demo"), N("alice")});
  EXPECT_THAT(Send(kCarol, key[1]), IsEmpty());
  EXPECT_THAT(Send(kCarol, carol.Delta()), SizeIs(3));
}

TEST_F(SwitchTest, WhatIsHeldMayBeTooOldByThen) {
  bob.complete_frames = false;
  Send(kAlice, alice.Key());
  SwitchTo("alice", "carol");
  Send(kAlice, alice.Frame({.packets = 2})[0]);
  Send(kCarol, carol.Key());
  h.Do(UnpublishTrack{N("demo"), N("alice"), N("cam")});
  h.Advance(seconds(2));  // longer than the history keeps it
  EXPECT_THAT(Send(kCarol, carol.Delta()), IsEmpty());
  EXPECT_THAT(Send(kCarol, carol.Key()), SizeIs(1));
  EXPECT_EQ(Leg().dropped, 2u);
  EXPECT_EQ(h.drops(DropReason::kWaitingForKeyFrame), 2u);
}

TEST_F(SwitchTest, WhatIsHeldMayBeTooOldWhenTheOldFrameEnds) {
  Send(kAlice, alice.Key());
  SwitchTo("alice", "carol");
  const auto frame = alice.Frame({.packets = 2});
  Send(kAlice, frame[0]);
  Send(kCarol, carol.Key());
  h.Advance(seconds(2));
  EXPECT_THAT(Send(kAlice, frame[1]), SizeIs(1));
  EXPECT_THAT(Send(kAlice, alice.Delta()), SizeIs(1));
  EXPECT_THAT(Send(kCarol, carol.Key()), SizeIs(1));
  EXPECT_EQ(bob.switches(), 1u);
}

TEST_F(SwitchTest, WhatIsHeldMayBeTooOldWhenTheNextOldFrameBegins) {
  Send(kAlice, alice.Key());
  SwitchTo("alice", "carol");
  Send(kAlice, alice.Frame({.packets = 2})[0]);
  Send(kCarol, carol.Key());
  h.Advance(seconds(2));
  // Better than nothing, although a packet before it is missing.
  EXPECT_THAT(Vp8To(h.Receive(kAlice, alice.Delta()), kBob), SizeIs(1));
  EXPECT_EQ(h.drops(DropReason::kWaitingForKeyFrame), 1u);
  EXPECT_THAT(Vp8To(h.Receive(kCarol, carol.Key()), kBob), SizeIs(1));
}

// The newest packet of the old track is one that came late, behind one that was left out.
TEST_F(SwitchTest, TimestampsGoOnFromALatePacketToo) {
  h.Do(SetLegLayer{LegOf("demo", "bob", "alice", "cam"), {Layer::kHighest, 0}});
  Send(kAlice, alice.Key());
  const Octets late = alice.Frame({.duration = 90'000})[0];
  EXPECT_THAT(Send(kAlice, alice.Frame({.temporal = 2})), IsEmpty());
  const std::vector<Got> before = Send(kAlice, late);
  ASSERT_THAT(before, SizeIs(1));
  SwitchTo("alice", "carol");
  const std::vector<Got> after = Send(kCarol, carol.Key());
  ASSERT_THAT(after, SizeIs(1));
  EXPECT_TRUE(
      rtp::IsBefore(rtp::RtpTimestamp(before[0].timestamp), rtp::RtpTimestamp(after[0].timestamp)));
}

TEST_F(SwitchTest, TheNewTrackEndsBeforeItHasBegunAndTheLegWithIt) {
  Send(kAlice, alice.Key());
  SwitchTo("alice", "carol");
  const auto frame = alice.Frame({.packets = 2});
  Send(kAlice, frame[0]);
  Send(kCarol, carol.Key());  // held
  h.Do(UnpublishTrack{N("demo"), N("carol"), N("cam")});
  EXPECT_THAT(Send(kAlice, frame[1]), IsEmpty());
  EXPECT_THAT(h.Statistics("demo").legs, IsEmpty());
  EXPECT_EQ(h.drops(DropReason::kLegSwitched), 1u);
}

TEST_F(SwitchTest, RemovalOfTheSubscriberWhileHeld) {
  Send(kAlice, alice.Key());
  SwitchTo("alice", "carol");
  const auto frame = alice.Frame({.packets = 2});
  Send(kAlice, frame[0]);
  Send(kCarol, carol.Key());
  h.Do(RemoveEndpoint{N("demo"), N("bob")});
  EXPECT_THAT(Send(kAlice, frame[1]), IsEmpty());
  EXPECT_THAT(Send(kCarol, carol.Delta()), IsEmpty());
  EXPECT_EQ(h.drops(DropReason::kLegSwitched), 1u);
}

TEST_F(SwitchTest, TimestampsAreSetByArrivalBetweenPublishers) {
  Send(kAlice, alice.Key());
  const uint32_t before = bob.packets().back().timestamp;
  SwitchTo("alice", "carol");
  h.Advance(milliseconds(100));
  Send(kCarol, carol.Key());
  EXPECT_EQ(bob.packets().back().timestamp - before, 9'000u);
}

// The old track's next frame ends the wait, 23 ms after the key frame came: that is 10 ms after the
// frame in progress, and its place 930 ticks after that one's.
TEST_F(SwitchTest, WhatWasHeldIsPlacedByItsOwnArrival) {
  bob.complete_frames = false;
  Send(kAlice, alice.Key());
  SwitchTo("alice", "carol");
  Send(kAlice, alice.Frame({.packets = 3})[0]);
  const uint32_t before = bob.packets().back().timestamp;
  h.Advance(milliseconds(10));
  EXPECT_THAT(Send(kCarol, carol.Key()), IsEmpty());
  h.Advance(milliseconds(23));
  EXPECT_THAT(Send(kAlice, alice.Delta()), SizeIs(1));
  ASSERT_EQ(bob.stream(), 2u);
  EXPECT_EQ(bob.packets().back().timestamp - before, 3'000u - 2'070u);
}

TEST_F(SwitchTest, PaddingBetweenFramesIsNoPicture) {
  Send(kAlice, alice.Key());
  SwitchTo("alice", "carol");
  Octets padding = Packet({.ssrc = 1, .sequence = 101, .timestamp = alice.timestamp()}, {});
  padding[0] |= 0x20;
  padding.insert(padding.end(), {0, 0, 3});
  const auto sent = To(h.Receive(kAlice, padding), kBob);
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(sent[0].rtp()->padding_size, 3);
  const std::vector<Got> got = Vp8To(h.Receive(kCarol, carol.Key()), kBob);
  ASSERT_THAT(got, SizeIs(1));
  EXPECT_EQ(got[0].picture_id, bob.packets().back().picture_id + 1);
}

TEST_F(SwitchTest, RepeatedAndRefusedSwitches) {
  h.Do(Publish("demo", "carol", "other", Video(5, 97, "VP9")));
  h.Do(Publish("demo", "carol", "mic", Audio(6)));
  h.Do(Publish("demo", "bob", "cam", Video(7)));
  h.TakeEvents();
  const auto to = [&](std::string_view publisher, std::string_view track) {
    return h.Do(SwitchLeg{LegOf("demo", "bob", "alice", "cam"), N(publisher), N(track)});
  };
  EXPECT_EQ(to("carol", "other"), CommandError::kOtherFormat);
  EXPECT_EQ(to("carol", "mic"), CommandError::kOtherFormat);
  EXPECT_EQ(to("bob", "cam"), CommandError::kOwnTrack);
  EXPECT_EQ(to("carol", "none"), CommandError::kNoSuchTrack);
  EXPECT_EQ(to("none", "cam"), CommandError::kNoSuchEndpoint);
  EXPECT_EQ(to("alice", "cam"), CommandError::kNone);
  EXPECT_THAT(h.TakeEventTexts(), IsEmpty());
  EXPECT_EQ(to("carol", "cam"), CommandError::kNone);
  EXPECT_EQ(to("carol", "cam"), CommandError::kNone);
  EXPECT_THAT(h.TakeEventTexts(), ElementsAre("leg-switched demo bob alice/cam carol/cam"));
  h.Do(AddLeg{LegOf("demo", "bob", "alice", "cam"), {}, {}, {}, {}, {}});
  EXPECT_EQ(to("carol", "cam"), CommandError::kContradicts);
  h.Do(RemoveLeg{LegOf("demo", "bob", "carol", "cam")});
  h.Do(RemoveLeg{LegOf("demo", "bob", "alice", "cam")});
  EXPECT_EQ(to("carol", "cam"), CommandError::kNoSuchLeg);
}

TEST_F(SwitchTest, AudioGoesOnAtOnce) {
  h.Do(Publish("demo", "alice", "mic", Audio(11)));
  h.Do(Publish("demo", "carol", "mic", Audio(12)));
  h.Do(AddLeg{LegOf("demo", "bob", "alice", "mic"), {}, {}, {}, {}, {}});
  const auto send = [&](std::string_view from, uint32_t ssrc, uint16_t sequence) {
    return h.Receive(from, Rtp({.ssrc = ssrc, .sequence = sequence, .payload_type = 111}));
  };
  const auto before = send(kAlice, 11, 7);
  ASSERT_THAT(before, SizeIs(1));
  h.Do(SwitchLeg{LegOf("demo", "bob", "alice", "mic"), N("carol"), N("mic")});
  EXPECT_THAT(send(kAlice, 11, 8), SizeIs(1));
  const auto after = send(kCarol, 12, 50'000);
  ASSERT_THAT(after, SizeIs(1));
  EXPECT_EQ(after[0].rtp()->ssrc, before[0].rtp()->ssrc);
  EXPECT_EQ(after[0].rtp()->sequence.value(),
            static_cast<uint16_t>(before[0].rtp()->sequence.value() + 2));
  EXPECT_THAT(send(kAlice, 11, 9), IsEmpty());
}

// Fifty switches at random moments, with packets of frames in progress on both sides.
TEST_F(SwitchTest, ManySwitchesAtRandom) {
  bob.complete_frames = false;  // one may be given up for the next frame of the other
  std::mt19937 random(17);
  const std::array<std::string_view, 2> names = {"alice", "carol"};
  const std::array<std::string_view, 2> addresses = {kAlice, kCarol};
  std::array<Vp8Encoder*, 2> encoders = {&alice, &carol};
  std::array<std::vector<Octets>, 2> pending;
  Send(kAlice, alice.Key());
  uint64_t arrived = 1;  // at the leg's entries
  int switches = 0;
  size_t target = 0;
  for (int step = 0; switches < 50; ++step) {
    if (random() % 12 == 0) {
      target = 1 - target;
      ASSERT_EQ(SwitchTo(names[1 - target], names[target]), CommandError::kNone);
      ++switches;
    }
    const size_t i = random() % 2;
    if (pending[i].empty()) {
      pending[i] = encoders[i]->Frame({.key = random() % 4 == 0, .packets = 1 + random() % 4});
    }
    Send(addresses[i], pending[i].front());
    pending[i].erase(pending[i].begin());
    ++arrived;
    h.Advance(milliseconds(random() % 8));
    ASSERT_FALSE(HasFailure()) << "step " << step;
  }
  EXPECT_GT(bob.switches(), 10u);
  EXPECT_EQ(Leg().packets, bob.packets().size());
  EXPECT_LT(bob.packets().size(), arrived);
}

class SwitchWithoutHistory : public SwitchTest {
 protected:
  static CoreConfig Config() {
    CoreConfig config = SmallConfig();
    config.history_bytes = 0;
    return config;
  }
  SwitchWithoutHistory() : SwitchTest(Config()) {}
};

TEST_F(SwitchWithoutHistory, TheNewTrackBeginsInTheMidstOfAFrame) {
  bob.complete_frames = false;
  Send(kAlice, alice.Key());
  SwitchTo("alice", "carol");
  const auto frame = alice.Frame({.packets = 2});
  Send(kAlice, frame[0]);
  EXPECT_THAT(Send(kCarol, carol.Key()), SizeIs(1));
  EXPECT_THAT(Send(kAlice, frame[1]), IsEmpty());
}

}  // namespace
}  // namespace baton::relay::test
