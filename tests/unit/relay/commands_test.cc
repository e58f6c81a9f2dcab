// What each command does, refuses and tells; what it gives to subscribers is in
// subscription_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/relay/harness.h"

namespace baton::relay::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr CommandError kOk = CommandError::kNone;

class CommandsTest : public testing::Test {
 protected:
  Harness h;
};

AddIceEndpoint Ice(std::string_view room, std::string_view endpoint, const IceCredentials& local,
                   const IceCredentials& remote = {}) {
  return {N(room), N(endpoint), local, remote};
}

TEST_F(CommandsTest, RoomIsCreatedOnceAndClosedOnce) {
  EXPECT_EQ(h.Do(Room("demo")), kOk);
  EXPECT_THAT(h.TakeEventTexts(), ElementsAre("room-created demo all"));
  EXPECT_EQ(h.Do(Room("demo")), kOk);
  EXPECT_EQ(h.Do(Room("demo", SubscribeMode::kManual)), CommandError::kContradicts);
  EXPECT_THAT(h.TakeEvents(), IsEmpty());
  EXPECT_EQ(h.Do(CloseRoom{N("demo")}), kOk);
  EXPECT_EQ(h.Do(CloseRoom{N("demo")}), CommandError::kNoSuchRoom);
  EXPECT_THAT(h.TakeEventTexts(), ElementsAre("room-closed demo"));
}

TEST_F(CommandsTest, NamesMustBeValid) {
  h.Do(Room("demo"));
  for (const char* name : {"", "a/b", "a b", "\x01", "\xc3\xa4"}) {
    EXPECT_EQ(h.Do(Room(name)), CommandError::kInvalidName);
    EXPECT_EQ(h.Do(Plain("demo", name, "192.0.2.1:5004")), CommandError::kInvalidName);
    EXPECT_EQ(h.Do(Ice("demo", name, Credentials("word"))), CommandError::kInvalidName);
    EXPECT_EQ(h.Do(Publish("demo", "alice", name, Video(1))), CommandError::kInvalidName);
  }
  EXPECT_EQ(h.Do(Room(std::string(kMaxNameSize, 'x'))), kOk);
}

TEST_F(CommandsTest, PlainEndpointIsRepeatableAndCannotMove) {
  EXPECT_EQ(h.Do(Plain("demo", "alice", "192.0.2.1:5004")), CommandError::kNoSuchRoom);
  h.Do(Room("demo"));
  h.TakeEvents();
  EXPECT_EQ(h.Do(Plain("demo", "alice", "192.0.2.1:5004")), kOk);
  EXPECT_EQ(h.Do(Plain("demo", "alice", "192.0.2.1:5004")), kOk);
  EXPECT_THAT(h.TakeEventTexts(), ElementsAre("endpoint-added demo alice plain 192.0.2.1:5004"));
  EXPECT_EQ(h.Do(Plain("demo", "alice", "192.0.2.1:5006")), CommandError::kContradicts);
  EXPECT_EQ(h.Do(Ice("demo", "alice", Credentials("word"))), CommandError::kContradicts);
  EXPECT_THAT(h.TakeEvents(), IsEmpty());
}

TEST_F(CommandsTest, PlainEndpointNeedsAnAddressOfItsOwn) {
  CoreConfig config = SmallConfig();
  config.sockets = {Address("0.0.0.0:7882")};
  Harness v4(config);
  v4.Do(Room("demo"));
  v4.Do(Room("other"));
  EXPECT_EQ(v4.Do(Plain("demo", "a", "127.0.0.1:5004")), CommandError::kAddressRefused);
  EXPECT_EQ(v4.Do(Plain("demo", "a", "198.51.100.1:7882")), CommandError::kAddressIsOurs);
  EXPECT_EQ(v4.Do(Plain("demo", "a", "[2001:db8::1]:5004")), CommandError::kAddressFamily);
  EXPECT_EQ(v4.Do(Plain("demo", "a", "192.0.2.1:5004")), kOk);
  EXPECT_EQ(v4.Do(Plain("demo", "b", "192.0.2.1:5004")), CommandError::kAddressInUse);
  EXPECT_EQ(v4.Do(Plain("other", "b", "192.0.2.1:5004")), CommandError::kAddressInUse);
  EXPECT_EQ(v4.Do(RemoveEndpoint{N("demo"), N("a")}), kOk);
  EXPECT_EQ(v4.Do(Plain("other", "b", "192.0.2.1:5004")), kOk);
}

TEST_F(CommandsTest, IceEndpointKeepsItsFirstCredentials) {
  h.Do(Room("demo"));
  h.TakeEvents();
  EXPECT_EQ(h.Do(Ice("demo", "dave", Credentials("dave"))), kOk);
  // A repetition comes with credentials made anew.
  EXPECT_EQ(h.Do(Ice("demo", "dave", Credentials("evad"))), kOk);
  EXPECT_THAT(h.TakeEventTexts(), ElementsAre("endpoint-added demo dave ice dave"));
  EXPECT_EQ(h.Do(Ice("demo", "dave", Credentials("dave"), Credentials("peer"))),
            CommandError::kContradicts);
  EXPECT_EQ(h.Do(Plain("demo", "dave", "192.0.2.1:5004")), CommandError::kContradicts);
  EXPECT_EQ(h.Do(Ice("demo", "erin", Credentials("dave"))), CommandError::kUfragInUse);
  EXPECT_EQ(h.Do(RemoveEndpoint{N("demo"), N("dave")}), kOk);
  EXPECT_EQ(h.Do(Ice("demo", "erin", Credentials("dave"))), kOk);
}

TEST_F(CommandsTest, IceCredentialsMustBeWellFormed) {
  h.Do(Room("demo"));
  const IceCredentials good = Credentials("good");
  IceCredentials short_ufrag = good;
  short_ufrag.ufrag = FixedString<IceCredentials::kMaxUfrag>("abc");
  IceCredentials short_password = good;
  short_password.password = FixedString<IceCredentials::kMaxPassword>("abc");
  IceCredentials with_colon = good;
  with_colon.ufrag = FixedString<IceCredentials::kMaxUfrag>("a:bcd");
  for (const IceCredentials& bad : {IceCredentials{}, short_ufrag, short_password, with_colon}) {
    EXPECT_EQ(h.Do(Ice("demo", "dave", bad)), CommandError::kInvalidParameter);
    if (bad.empty()) continue;
    EXPECT_EQ(h.Do(Ice("demo", "dave", good, bad)), CommandError::kInvalidParameter);
  }
  EXPECT_EQ(h.Do(Ice("demo", "dave", good)), kOk);
  EXPECT_EQ(h.Do(SetIceRemote{N("demo"), N("dave"), short_password}),
            CommandError::kInvalidParameter);
}

TEST_F(CommandsTest, RemoteCredentialsAreSetOnce) {
  h.Do(Room("demo"));
  h.Do(Ice("demo", "dave", Credentials("dave")));
  h.Do(Plain("demo", "alice", "192.0.2.1:5004"));
  h.TakeEvents();
  const SetIceRemote set{N("demo"), N("dave"), Credentials("peer")};
  EXPECT_EQ(h.Do(set), kOk);
  EXPECT_EQ(h.Do(set), kOk);
  EXPECT_THAT(h.TakeEventTexts(), ElementsAre("ice-remote-set demo dave peer"));
  EXPECT_EQ(h.Do(Ice("demo", "dave", Credentials("x123"), Credentials("peer"))), kOk);
  EXPECT_EQ(h.Do(SetIceRemote{N("demo"), N("dave"), Credentials("reep")}),
            CommandError::kContradicts);
  EXPECT_EQ(h.Do(SetIceRemote{N("demo"), N("alice"), Credentials("peer")}), CommandError::kNotIce);
  EXPECT_EQ(h.Do(SetIceRemote{N("demo"), N("nobody"), Credentials("peer")}),
            CommandError::kNoSuchEndpoint);
  EXPECT_EQ(h.Do(SetIceRemote{N("none"), N("dave"), Credentials("peer")}),
            CommandError::kNoSuchRoom);
}

TEST_F(CommandsTest, RemovingAnEndpointTakesAllThatHangsOnIt) {
  h.Do(Room("demo"));
  h.Do(Plain("demo", "alice", "192.0.2.1:5004"));
  h.Do(Plain("demo", "bob", "192.0.2.2:5004"));
  h.Do(Publish("demo", "alice", "cam", Video(1)));
  h.Do(Publish("demo", "bob", "cam", Video(1)));
  EXPECT_EQ(h.metrics().legs.value(), 2);
  h.TakeEvents();
  EXPECT_EQ(h.Do(RemoveEndpoint{N("demo"), N("alice")}), kOk);
  EXPECT_THAT(h.TakeEventTexts(), ElementsAre("endpoint-removed demo alice"));
  EXPECT_EQ(h.metrics().endpoints.value(), 1);
  EXPECT_EQ(h.metrics().video_tracks.value(), 1);
  EXPECT_EQ(h.metrics().legs.value(), 0);
  EXPECT_EQ(h.Do(RemoveEndpoint{N("demo"), N("alice")}), CommandError::kNoSuchEndpoint);
  EXPECT_EQ(h.Do(RemoveEndpoint{N("none"), N("alice")}), CommandError::kNoSuchRoom);
}

TEST_F(CommandsTest, ClosingARoomTakesAllThatIsInIt) {
  for (const char* room : {"one", "two"}) {
    h.Do(Room(room));
    h.Do(Ice(room, "dave", Credentials(std::string("dave") + room)));
  }
  h.Do(Plain("one", "alice", "192.0.2.1:5004"));
  h.Do(Publish("one", "alice", "cam", Video(1)));
  h.Do(Publish("one", "alice", "mic", Audio(2)));
  EXPECT_EQ(h.metrics().audio_tracks.value(), 1);
  h.TakeEvents();
  EXPECT_EQ(h.Do(CloseRoom{N("one")}), kOk);
  EXPECT_THAT(h.TakeEventTexts(), ElementsAre("room-closed one"));
  EXPECT_EQ(h.metrics().rooms.value(), 1);
  EXPECT_EQ(h.metrics().endpoints.value(), 1);
  EXPECT_EQ(h.metrics().audio_tracks.value() + h.metrics().video_tracks.value(), 0);
  EXPECT_EQ(h.metrics().legs.value(), 0);
  // Names, addresses and ufrags are free again.
  h.Do(Room("one"));
  EXPECT_EQ(h.Do(Plain("one", "alice", "192.0.2.1:5004")), kOk);
  EXPECT_EQ(h.Do(Ice("one", "dave", Credentials("daveone"))), kOk);
}

TEST_F(CommandsTest, TrackIsPublishedOnce) {
  h.Do(Room("demo"));
  EXPECT_EQ(h.Do(Publish("none", "alice", "cam", Video(1))), CommandError::kNoSuchRoom);
  EXPECT_EQ(h.Do(Publish("demo", "alice", "cam", Video(1))), CommandError::kNoSuchEndpoint);
  h.Do(Plain("demo", "alice", "192.0.2.1:5004"));
  h.TakeEvents();
  EXPECT_EQ(h.Do(Publish("demo", "alice", "cam", Video(1))), kOk);
  EXPECT_EQ(h.Do(Publish("demo", "alice", "cam", Video(1, 96, "vp8"))), kOk);  // no case
  EXPECT_THAT(h.TakeEventTexts(), ElementsAre("track-published demo alice/cam"));
  EXPECT_EQ(h.Do(Publish("demo", "alice", "cam", Video(2))), CommandError::kContradicts);
  EXPECT_EQ(h.Do(Publish("demo", "alice", "screen", Video(1))), CommandError::kSsrcInUse);
  EXPECT_EQ(h.Do(UnpublishTrack{N("demo"), N("alice"), N("cam")}), kOk);
  EXPECT_THAT(h.TakeEventTexts(), ElementsAre("track-unpublished demo alice/cam"));
  EXPECT_EQ(h.Do(UnpublishTrack{N("demo"), N("alice"), N("cam")}), CommandError::kNoSuchTrack);
  EXPECT_EQ(h.Do(UnpublishTrack{N("demo"), N("bob"), N("cam")}), CommandError::kNoSuchEndpoint);
  EXPECT_EQ(h.Do(UnpublishTrack{N("none"), N("bob"), N("cam")}), CommandError::kNoSuchRoom);
}

TEST_F(CommandsTest, TrackParametersMustBeWellFormed) {
  h.Do(Room("demo"));
  h.Do(Plain("demo", "alice", "192.0.2.1:5004"));
  TrackParameters no_clock = Video(1);
  no_clock.codec.clock_rate = 0;
  TrackParameters fast_clock = Video(1);
  fast_clock.codec.clock_rate = 1'000'001;
  for (const TrackParameters& bad :
       {no_clock, fast_clock, Video(1, 128), Video(1, 64), Video(1, 95), Video(1, 96, ""),
        Video(1, 96, "V P8"), Video(1, 96, "VP8/90000")}) {
    EXPECT_EQ(h.Do(Publish("demo", "alice", "cam", bad)), CommandError::kInvalidParameter);
  }
  EXPECT_EQ(h.Do(Publish("demo", "alice", "low", Video(1, 0))), kOk);
  EXPECT_EQ(h.Do(Publish("demo", "alice", "high", Video(2, 127))), kOk);
}

TEST_F(CommandsTest, LegsAreAddedPausedAndRemoved) {
  h.Do(Room("demo", SubscribeMode::kManual));
  h.Do(Plain("demo", "alice", "192.0.2.1:5004"));
  h.Do(Plain("demo", "bob", "192.0.2.2:5004"));
  h.Do(Publish("demo", "alice", "cam", Video(1)));
  h.TakeEvents();
  const LegName leg = LegOf("demo", "bob", "alice", "cam");
  EXPECT_EQ(h.Do(RemoveLeg{leg}), CommandError::kNoSuchLeg);
  EXPECT_EQ(h.Do(PauseLeg{leg, true}), CommandError::kNoSuchLeg);
  EXPECT_EQ(h.Do(AddLeg{leg, rtp::Ssrc(77), rtp::PayloadType(100)}), kOk);
  EXPECT_THAT(h.TakeEventTexts(), ElementsAre("leg-added demo bob alice/cam pt 100"));
  EXPECT_EQ(h.Do(AddLeg{leg, rtp::Ssrc(77), rtp::PayloadType(100)}), kOk);
  EXPECT_EQ(h.Do(AddLeg{leg, {}, {}}), kOk);
  EXPECT_EQ(h.Do(AddLeg{leg, rtp::Ssrc(78), {}}), CommandError::kContradicts);
  EXPECT_EQ(h.Do(AddLeg{leg, {}, rtp::PayloadType(101)}), CommandError::kContradicts);
  EXPECT_THAT(h.TakeEvents(), IsEmpty());
  EXPECT_EQ(h.Do(PauseLeg{leg, false}), kOk);
  EXPECT_THAT(h.TakeEvents(), IsEmpty());
  EXPECT_EQ(h.Do(PauseLeg{leg, true}), kOk);
  EXPECT_EQ(h.Do(PauseLeg{leg, true}), kOk);
  EXPECT_EQ(h.Do(PauseLeg{leg, false}), kOk);
  EXPECT_EQ(h.Do(RemoveLeg{leg}), kOk);
  EXPECT_THAT(h.TakeEventTexts(),
              ElementsAre("leg-paused demo bob alice/cam", "leg-resumed demo bob alice/cam",
                          "leg-removed demo bob alice/cam"));
}

TEST_F(CommandsTest, LegsNeedTwoEndsAndNumbersOfTheirOwn) {
  h.Do(Room("demo", SubscribeMode::kManual));
  h.Do(Plain("demo", "alice", "192.0.2.1:5004"));
  h.Do(Plain("demo", "bob", "192.0.2.2:5004"));
  h.Do(Publish("demo", "alice", "cam", Video(1)));
  h.Do(Publish("demo", "alice", "mic", Audio(2)));
  h.Do(Publish("demo", "bob", "cam", Video(3)));
  const auto add = [&](const LegName& leg, std::optional<rtp::Ssrc> ssrc = {},
                       std::optional<rtp::PayloadType> type = {}) {
    return h.Do(AddLeg{leg, ssrc, type});
  };
  EXPECT_EQ(add(LegOf("none", "bob", "alice", "cam")), CommandError::kNoSuchRoom);
  EXPECT_EQ(add(LegOf("demo", "bob", "eve", "cam")), CommandError::kNoSuchEndpoint);
  EXPECT_EQ(add(LegOf("demo", "eve", "alice", "cam")), CommandError::kNoSuchEndpoint);
  EXPECT_EQ(add(LegOf("demo", "bob", "alice", "screen")), CommandError::kNoSuchTrack);
  EXPECT_EQ(add(LegOf("demo", "alice", "alice", "cam")), CommandError::kOwnTrack);
  const LegName cam = LegOf("demo", "bob", "alice", "cam");
  const LegName mic = LegOf("demo", "bob", "alice", "mic");
  EXPECT_EQ(add(cam, {}, rtp::PayloadType(70)), CommandError::kInvalidParameter);
  EXPECT_EQ(add(cam, rtp::Ssrc(3)), CommandError::kSsrcInUse);  // bob's own track's
  EXPECT_EQ(add(cam, rtp::Ssrc(50), rtp::PayloadType(100)), kOk);
  EXPECT_EQ(add(mic, rtp::Ssrc(50)), CommandError::kSsrcInUse);
  EXPECT_EQ(add(mic, rtp::Ssrc(51), rtp::PayloadType(100)), CommandError::kPayloadTypeInUse);
  EXPECT_EQ(add(mic, rtp::Ssrc(51)), kOk);
  // A track of bob's must not take the SSRC of what he receives either.
  EXPECT_EQ(h.Do(Publish("demo", "bob", "screen", Video(50))), CommandError::kSsrcInUse);
}

TEST_F(CommandsTest, StatisticsNeedARoom) {
  EXPECT_EQ(h.Do(GetRoomStatistics{N("none")}), CommandError::kNoSuchRoom);
  h.Do(Room("demo"));
  EXPECT_TRUE(h.Statistics("demo").tracks.empty());
}

std::string Nth(const char* prefix, uint32_t i) { return prefix + std::to_string(i); }
std::string NthAddress(uint32_t i) { return "192.0.2.1:" + std::to_string(5000 + i); }

TEST_F(CommandsTest, LimitsOfTheShard) {
  const Limits limits = SmallConfig().limits;
  for (uint32_t i = 0; i < limits.rooms; ++i) {
    EXPECT_EQ(h.Do(Room(Nth("r", i), SubscribeMode::kManual)), kOk);
  }
  EXPECT_EQ(h.Do(Room("more")), CommandError::kTooManyRooms);
  EXPECT_EQ(h.Do(Room("r0", SubscribeMode::kManual)), kOk);  // is there already
  for (uint32_t i = 0; i < limits.endpoints; ++i) {
    EXPECT_EQ(h.Do(Plain(Nth("r", i % 8), Nth("e", i), NthAddress(i))), kOk);
  }
  EXPECT_EQ(h.Do(Plain("r0", "more", "192.0.2.2:5004")), CommandError::kTooManyEndpoints);
  EXPECT_EQ(h.Do(Ice("r0", "more", Credentials("more"))), CommandError::kTooManyEndpoints);
  for (uint32_t i = 0; i < limits.tracks; ++i) {
    const uint32_t endpoint = i % limits.endpoints;
    EXPECT_EQ(h.Do(Publish(Nth("r", endpoint % 8), Nth("e", endpoint), Nth("t", i), Video(i + 1))),
              kOk);
  }
  EXPECT_EQ(h.Do(Publish("r0", "e0", "more", Video(999))), CommandError::kTooManyTracks);
}

TEST_F(CommandsTest, LimitsOfARoomAndAnEndpoint) {
  const Limits limits = SmallConfig().limits;
  h.Do(Room("demo", SubscribeMode::kManual));
  for (uint32_t i = 0; i < limits.endpoints_per_room; ++i) {
    EXPECT_EQ(h.Do(Plain("demo", Nth("e", i), NthAddress(i))), kOk);
  }
  EXPECT_EQ(h.Do(Plain("demo", "more", "192.0.2.2:5004")), CommandError::kTooManyEndpointsInRoom);
  for (uint32_t i = 0; i < limits.tracks_per_endpoint; ++i) {
    EXPECT_EQ(h.Do(Publish("demo", "e0", Nth("t", i), Video(i + 1))), kOk);
  }
  EXPECT_EQ(h.Do(Publish("demo", "e0", "more", Video(99))), CommandError::kTooManyTracksOfEndpoint);
  for (uint32_t i = 1; i <= limits.legs_per_track; ++i) {
    EXPECT_EQ(h.Do(AddLeg{LegOf("demo", Nth("e", i), "e0", "t0"), {}, {}}), kOk);
  }
  EXPECT_EQ(h.Do(AddLeg{LegOf("demo", Nth("e", limits.legs_per_track + 1), "e0", "t0"), {}, {}}),
            CommandError::kTooManyLegsOfTrack);
}

TEST_F(CommandsTest, LimitOfLegs) {
  CoreConfig config = SmallConfig();
  config.limits.legs = 3;
  Harness few(config);
  few.Do(Room("demo", SubscribeMode::kManual));
  few.Do(Room("auto"));
  for (uint32_t i = 0; i < 3; ++i) {
    few.Do(Plain("demo", Nth("m", i), NthAddress(i)));
    few.Do(Plain("auto", Nth("a", i), NthAddress(10 + i)));
  }
  few.Do(Publish("demo", "m0", "cam", Video(1)));
  EXPECT_EQ(few.Do(AddLeg{LegOf("demo", "m1", "m0", "cam"), {}, {}}), kOk);
  EXPECT_EQ(few.Do(Publish("auto", "a0", "cam", Video(1))), kOk);  // two more
  EXPECT_EQ(few.Do(AddLeg{LegOf("demo", "m2", "m0", "cam"), {}, {}}), CommandError::kTooManyLegs);
  EXPECT_EQ(few.Do(Publish("auto", "a1", "cam", Video(1))), CommandError::kTooManyLegs);
  EXPECT_EQ(few.Do(Plain("auto", "a3", NthAddress(20))), CommandError::kTooManyLegs);
  EXPECT_EQ(few.metrics().video_tracks.value(), 2);
  EXPECT_EQ(few.metrics().endpoints.value(), 6);
}

}  // namespace
}  // namespace baton::relay::test
