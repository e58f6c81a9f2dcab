// BYE (RFC 3550 section 6.6), to subscribers and from publishers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/relay/rtcp_call.h"

namespace baton::relay::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class GoodbyeTest : public CallTest {
 protected:
  using Told = std::pair<std::string_view, uint32_t>;  // "bob", the source that is gone

  // Since the last call.
  std::vector<Told> TakeGoodbyes() {
    std::vector<Told> goodbyes;
    for (const SentRtcp& goodbye : Take(rtp::RtcpKind::kGoodbye)) {
      std::string_view who = "?";
      if (goodbye.to.remote == Address(kAlice)) who = "alice";
      if (goodbye.to.remote == Address(kBob)) who = "bob";
      if (goodbye.to.remote == Address(kCarol)) who = "carol";
      for (size_t i = 0; i < goodbye.packet.count; ++i) {
        goodbyes.emplace_back(who, rtp::ReadGoodbyeSource(goodbye.view(), i).value());
      }
    }
    return goodbyes;
  }
};

// Do() answers when the command is acknowledged; what it sent was sent before.
TEST_F(GoodbyeTest, ARemovedLegIsTaken) {
  Media(1);
  h.Do(RemoveLeg{LegOf("demo", "bob", "alice", "cam")});
  EXPECT_THAT(TakeGoodbyes(), ElementsAre(Told("bob", kToBob)));
  EXPECT_THAT(Media(2), SizeIs(1));
}

TEST_F(GoodbyeTest, ALegThatHasSentNothingHasNoSource) {
  h.Do(RemoveLeg{LegOf("demo", "bob", "alice", "cam")});
  EXPECT_THAT(TakeGoodbyes(), IsEmpty());
}

TEST_F(GoodbyeTest, APausedLegHasOne) {
  Media(1);
  Pause(true);
  EXPECT_THAT(TakeGoodbyes(), IsEmpty());
  h.Do(RemoveLeg{LegOf("demo", "bob", "alice", "cam")});
  EXPECT_THAT(TakeGoodbyes(), ElementsAre(Told("bob", kToBob)));
}

TEST_F(GoodbyeTest, AnUnpublishedTrackTakesLeaveOfAll) {
  Media(1);
  h.Do(UnpublishTrack{N("demo"), N("alice"), N("cam")});
  EXPECT_THAT(TakeGoodbyes(),
              testing::UnorderedElementsAre(Told("bob", kToBob), Told("carol", kToCarol)));
}

TEST_F(GoodbyeTest, WhoLeavesIsToldNothing) {
  h.Do(Publish("demo", "bob", "cam", Video(30)));
  h.Do(AddLeg{LegOf("demo", "carol", "bob", "cam"), rtp::Ssrc(350), {}, {}, {}, {}});
  Media(1);
  h.Receive(kBob, Rtp({.ssrc = 30}));
  h.Do(RemoveEndpoint{N("demo"), N("bob")});
  EXPECT_THAT(TakeGoodbyes(), ElementsAre(Told("carol", 350)));
  EXPECT_THAT(Take(rtp::RtcpKind::kReceiverReport), IsEmpty());
  h.Advance(Ms(20'000));
  for (const Sent& sent : h.TakeRtcp()) EXPECT_NE(sent.to.remote, Address(kBob));
}

TEST_F(GoodbyeTest, AClosedRoomTakesLeaveOfAllWhoReceive) {
  h.Do(Publish("demo", "bob", "cam", Video(30)));
  h.Do(AddLeg{LegOf("demo", "carol", "bob", "cam"), rtp::Ssrc(350), {}, {}, {}, {}});
  h.Do(AddLeg{LegOf("demo", "alice", "bob", "cam"), rtp::Ssrc(150), {}, {}, {}, {}});
  Media(1);
  h.Receive(kBob, Rtp({.ssrc = 30}));
  h.Do(CloseRoom{N("demo")});
  EXPECT_THAT(TakeGoodbyes(),
              testing::UnorderedElementsAre(Told("alice", 150), Told("bob", kToBob),
                                            Told("carol", kToCarol), Told("carol", 350)));
}

TEST_F(GoodbyeTest, AfterItTheSourceIsSilent) {
  Media(1);
  h.Receive(kAlice, SenderReport(kCamera, uint64_t{5} << 32, 3000));
  h.Do(RemoveLeg{LegOf("demo", "bob", "alice", "cam")});
  h.TakeRtcp();
  for (uint16_t i = 2; i < 100; ++i) {
    for (const Sent& sent : Media(i)) EXPECT_NE(sent.to.remote, Address(kBob));
    h.Advance(Ms(100));
  }
  for (const SentRtcp& report : Take(rtp::RtcpKind::kSenderReport)) {
    EXPECT_NE(report.to.remote, Address(kBob));
  }
}

TEST_F(GoodbyeTest, ASubscriberWithoutAnAddressIsToldNothing) {
  IcePeer dave{.own = Credentials("peer"), .relay = Credentials("dave")};
  h.Do(AddIceEndpoint{N("demo"), N("dave"), dave.relay, dave.own, {}});
  h.Do(AddLeg{LegOf("demo", "dave", "alice", "cam"), rtp::Ssrc(400), {}, {}, {}, {}});
  Prove(h, dave, "198.51.100.77:4000", true);
  Media(1);
  h.Advance(Ms(31'000));  // consent is lost
  h.TakeRtcp();
  h.Do(RemoveLeg{LegOf("demo", "dave", "alice", "cam")});
  EXPECT_THAT(h.TakeRtcp(), IsEmpty());
}

TEST_F(GoodbyeTest, APublishersStreamStops) {
  Media(1);
  h.TakeEvents();
  h.Receive(kAlice, Goodbye(kCamera));
  EXPECT_THAT(h.TakeEventTexts(), ElementsAre("track-stopped demo alice/cam"));
  h.TakeRtcp();
  // The legs are still there.
  EXPECT_THAT(TakeGoodbyes(), IsEmpty());
  EXPECT_THAT(Media(2), SizeIs(2));
  EXPECT_THAT(h.TakeEventTexts(), ElementsAre("track-started demo alice/cam"));
}

TEST_F(GoodbyeTest, AStoppedStreamIsNotReported) {
  Media(1);
  h.Receive(kAlice, SenderReport(kCamera, uint64_t{5} << 32, 3000));
  h.Receive(kAlice, Goodbye(kCamera));
  h.TakeRtcp();
  h.Advance(Ms(20'000));
  for (const SentRtcp& packet : PacketsIn(h.TakeRtcp())) {
    EXPECT_NE(packet.packet.kind, rtp::RtcpKind::kSenderReport);
    EXPECT_EQ(packet.packet.kind == rtp::RtcpKind::kReceiverReport ? packet.packet.count : 0, 0);
  }
}

TEST_F(GoodbyeTest, OthersCannotSayIt) {
  Media(1);
  h.TakeEvents();
  h.Receive(kBob, Goodbye(kCamera));
  h.Receive(kBob, Goodbye(kToBob));
  h.Receive(kAlice, Goodbye(kCameraRtx));
  h.Receive("203.0.113.1:9", Goodbye(kCamera));
  EXPECT_THAT(h.TakeEventTexts(), Not(Contains("track-stopped demo alice/cam")));
  EXPECT_THAT(Media(2), SizeIs(2));
}

// bob watches so many tracks when the room is closed.
class ManySourcesTest : public GoodbyeTest, public testing::WithParamInterface<uint32_t> {
 protected:
  void SetUp() override {
    constexpr uint32_t kTracksOfOne = 3;
    h.Do(RemoveLeg{LegOf("demo", "bob", "alice", "cam")});
    for (uint32_t i = 0; i < GetParam(); ++i) {
      const std::string name = "p" + std::to_string(i / kTracksOfOne);
      const std::string track = "t" + std::to_string(i % kTracksOfOne);
      const std::string address = "192.0.2.50:" + std::to_string(7000 + i / kTracksOfOne);
      const uint32_t source = 10 + i % kTracksOfOne;
      if (i % kTracksOfOne == 0) h.Do(Plain("demo", name, address));
      ASSERT_EQ(h.Do(Publish("demo", name, track, Video(source))), CommandError::kNone);
      ASSERT_EQ(h.Do(AddLeg{LegOf("demo", "bob", name, track), {}, {}, {}, {}, {}}),
                CommandError::kNone);
      h.Receive(address, Rtp({.ssrc = source}));
    }
    h.TakeRtcp();
  }
};

TEST_P(ManySourcesTest, FewDatagramsTakeLeaveOfAll) {
  constexpr uint32_t kFitInOne = 31;  // RFC 3550 section 6.6: the count has 5 bits
  h.Do(CloseRoom{N("demo")});
  std::set<uint32_t> told;
  size_t datagrams = 0;
  for (const SentRtcp& goodbye : Take(rtp::RtcpKind::kGoodbye)) {
    EXPECT_EQ(goodbye.to.remote, Address(kBob));
    ++datagrams;
    for (size_t i = 0; i < goodbye.packet.count; ++i) {
      told.insert(rtp::ReadGoodbyeSource(goodbye.view(), i).value());
    }
  }
  EXPECT_EQ(datagrams, (GetParam() + kFitInOne - 1) / kFitInOne);
  EXPECT_EQ(told.size(), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Sources, ManySourcesTest, testing::Values(30, 31, 32, 45));

}  // namespace
}  // namespace baton::relay::test
