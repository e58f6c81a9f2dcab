// Events that packets and time cause, and the queue that they wait in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/relay/harness.h"

namespace baton::relay::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view kAlice = "192.0.2.1:5004";

class EventsTest : public testing::Test {
 protected:
  EventsTest() {
    h.Do(Room("demo"));
    h.Do(Plain("demo", "alice", kAlice));
    h.Do(Publish("demo", "alice", "cam", Video(1)));
    h.Do(Publish("demo", "alice", "mic", Audio(2)));
    h.TakeEvents();
  }
  void Cam() { h.Receive(kAlice, Rtp({.ssrc = 1, .sequence = sequence_++})); }
  void Mic() { h.Receive(kAlice, Rtp({.ssrc = 2, .sequence = sequence_++, .payload_type = 111})); }

  Harness h;
  uint16_t sequence_ = 0;
};

TEST_F(EventsTest, TracksStartAndStopAndTheirEndpointFallsSilent) {
  Cam();
  Cam();
  EXPECT_THAT(h.TakeEventTexts(),
              ElementsAre("first-packet demo alice", "track-started demo alice/cam"));
  h.Advance(seconds(3));
  Mic();
  EXPECT_THAT(h.TakeEventTexts(), ElementsAre("track-started demo alice/mic"));
  h.Advance(milliseconds(2200));
  EXPECT_THAT(h.TakeEventTexts(), ElementsAre("track-stopped demo alice/cam"));
  h.Advance(seconds(3));
  EXPECT_THAT(h.TakeEventTexts(), ElementsAre("track-stopped demo alice/mic", "silent demo alice"));
  h.Advance(seconds(60));
  EXPECT_THAT(h.TakeEvents(), IsEmpty());
  Mic();
  EXPECT_THAT(h.TakeEventTexts(),
              ElementsAre("first-packet demo alice", "track-started demo alice/mic"));
}

TEST_F(EventsTest, WhatIsDroppedStartsNothing) {
  h.Receive(kAlice, Rtp({.ssrc = 1, .payload_type = 97}));
  h.Receive(kAlice, Rtp({.ssrc = 3}));
  h.Receive("192.0.2.9:1", Rtp({.ssrc = 1}));
  EXPECT_THAT(h.TakeEvents(), IsEmpty());
}

TEST_F(EventsTest, AnEndpointWithoutItsRunningTracksIsSilent) {
  Cam();
  h.TakeEvents();
  h.Do(UnpublishTrack{N("demo"), N("alice"), N("cam")});
  h.Advance(milliseconds(200));
  EXPECT_THAT(h.TakeEventTexts(),
              ElementsAre("track-unpublished demo alice/cam", "silent demo alice"));
}

TEST_F(EventsTest, AnEmptyShardSleeps) {
  Harness empty;
  EXPECT_EQ(empty.core().NextDeadline(), kNever);
  empty.Do(Room("demo"));
  EXPECT_EQ(empty.core().NextDeadline(), kNever);
  empty.Do(Plain("demo", "alice", kAlice));
  EXPECT_NE(empty.core().NextDeadline(), kNever);
  empty.Do(CloseRoom{N("demo")});
  empty.Advance(seconds(1));
  EXPECT_EQ(empty.core().NextDeadline(), kNever);
}

// With nobody to fetch outputs.
class FullOutboxTest : public EventsTest {
 protected:
  // Moves an endpoint to and fro until the outbox takes no more. No time passes.
  void Fill() {
    h.Do(AddIceEndpoint{N("demo"), N("erin"), erin_.relay, erin_.own});
    Prove(h, erin_, "192.0.2.60:1");
    Prove(h, erin_, "192.0.2.60:2");
    h.TakeEvents();
    h.drain_after_each_step = false;
    for (bool second = true; h.metrics().events_deferred.value() == 0; second = !second) {
      h.Receive(second ? "192.0.2.60:2" : "192.0.2.60:1", erin_.Check({.nominate = true}));
    }
    EXPECT_TRUE(h.core().CanTakeCommand()) << "events took what is kept for commands";
  }

 private:
  IcePeer erin_{.own = Credentials("erinpeer"), .relay = Credentials("erin")};
};

TEST_F(FullOutboxTest, TheLastStateIsToldOnceThereIsRoom) {
  Fill();
  for (int i = 0; i < 4; ++i) {
    Mic();
    h.Advance(seconds(6));
  }
  Mic();
  const std::vector<std::string> before = h.TakeEventTexts();
  EXPECT_THAT(before, Not(Contains("track-started demo alice/mic")));
  h.Advance(milliseconds(200));
  const std::vector<std::string> after = h.TakeEventTexts();
  EXPECT_THAT(after, Contains("track-started demo alice/mic").Times(1));
  EXPECT_THAT(after, Not(Contains("track-stopped demo alice/mic")));
  h.Advance(seconds(1));
  EXPECT_THAT(h.TakeEvents(), IsEmpty());
}

TEST_F(FullOutboxTest, StartedAndStoppedTakeTurnsWhateverIsLeftOut) {
  Fill();
  for (int i = 0; i < 40; ++i) {
    Cam();
    if (i % 3 == 0) Mic();
    h.Advance(seconds(i % 5));
  }
  std::vector<std::string> all = h.TakeEventTexts();
  h.drain_after_each_step = true;
  h.Advance(seconds(10));
  for (const std::string& text : h.TakeEventTexts()) all.push_back(text);
  std::string last = "track-stopped demo alice/cam";
  for (const std::string& text : all) {
    if (text.find("demo alice/cam") == text.npos) continue;
    EXPECT_NE(text, last);
    last = text;
  }
  EXPECT_EQ(last, "track-stopped demo alice/cam");
}

TEST_F(FullOutboxTest, AProofIsToldWhenThereIsRoom) {
  IcePeer dave{.own = Credentials("peer"), .relay = Credentials("dave")};
  h.Do(AddIceEndpoint{N("demo"), N("dave"), dave.relay, dave.own});
  Fill();
  Prove(h, dave, "192.0.2.50:1");
  EXPECT_THAT(h.TakeEventTexts(), Not(Contains("proven demo dave 192.0.2.50:1")));
  h.Advance(milliseconds(200));
  EXPECT_THAT(h.TakeEventTexts(), Contains("proven demo dave 192.0.2.50:1"));
}

TEST_F(FullOutboxTest, ALossOfConsentIsToldWhenThereIsRoom) {
  IcePeer dave{.own = Credentials("peer"), .relay = Credentials("dave")};
  h.Do(AddIceEndpoint{N("demo"), N("dave"), dave.relay, dave.own});
  Prove(h, dave, "192.0.2.50:1");
  Fill();
  h.Advance(seconds(31));
  EXPECT_THAT(h.TakeEventTexts(), Not(Contains("consent-lost demo dave")));
  h.Advance(milliseconds(200));
  EXPECT_THAT(h.TakeEventTexts(), Contains("consent-lost demo dave").Times(1));
}

TEST_F(FullOutboxTest, AnAddressThatWasLostAgainIsNotTold) {
  IcePeer dave{.own = Credentials("peer"), .relay = Credentials("dave")};
  h.Do(AddIceEndpoint{N("demo"), N("dave"), dave.relay, dave.own});
  Fill();
  Prove(h, dave, "192.0.2.50:1");
  h.Advance(seconds(31));
  h.TakeEvents();
  h.Advance(milliseconds(200));
  for (const std::string& text : h.TakeEventTexts())
    EXPECT_EQ(text.find("dave"), text.npos) << text;
}

TEST(Outbox, ACommandThatCausesTheMostEventsFits) {
  CoreConfig config = SmallConfig();
  config.limits = {.rooms = 1,
                   .endpoints = 30,
                   .tracks = 60,
                   .legs = 1800,
                   .endpoints_per_room = 30,
                   .tracks_per_endpoint = 2,
                   .legs_per_track = 30};
  Harness h(config);
  h.Do(Room("demo"));
  const auto address = [](uint32_t i) { return "192.0.2.1:" + std::to_string(5000 + i); };
  for (uint32_t i = 0; i < 29; ++i) {
    h.Do(Plain("demo", "e" + std::to_string(i), address(i)));
    h.Do(Publish("demo", "e" + std::to_string(i), "cam", Video(1)));
    h.Do(Publish("demo", "e" + std::to_string(i), "mic", Audio(2)));
  }
  h.TakeEvents();
  // The outbox is filled up to the reserve first.
  h.drain_after_each_step = false;
  for (uint16_t i = 0; h.metrics().events_deferred.value() == 0; ++i) {
    for (uint32_t e = 0; e < 29; ++e) h.Receive(address(e), Rtp({.ssrc = 1, .sequence = i}));
    h.Advance(seconds(6));
  }
  ASSERT_TRUE(h.core().CanTakeCommand());
  EXPECT_EQ(h.Do(Plain("demo", "last", address(29))), CommandError::kNone);
  EXPECT_EQ(h.metrics().legs.value(), 29 * 28 * 2 + 29 * 2);
}

}  // namespace
}  // namespace baton::relay::test
