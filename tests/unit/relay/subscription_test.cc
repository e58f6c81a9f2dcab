// Who gets which legs, and under which numbers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/unit/relay/harness.h"

namespace baton::relay::test {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

constexpr CommandError kOk = CommandError::kNone;

std::string Nth(const char* prefix, uint32_t i) { return prefix + std::to_string(i); }
std::string NthAddress(uint32_t i) { return "192.0.2.1:" + std::to_string(5000 + i); }

std::vector<LegAdded> LegsIn(const std::vector<Event>& events) {
  std::vector<LegAdded> legs;
  for (const Event& event : events) {
    if (const auto* leg = std::get_if<LegAdded>(&event)) legs.push_back(*leg);
  }
  return legs;
}

TEST(Subscription, InARoomOfAllEverybodyGetsEverybodyElse) {
  Harness h;
  h.Do(Room("demo"));
  h.Do(Plain("demo", "alice", "192.0.2.1:5004"));
  h.Do(Publish("demo", "alice", "cam", Video(1)));
  h.TakeEvents();
  h.Do(Plain("demo", "bob", "192.0.2.2:5004"));
  EXPECT_THAT(h.TakeEventTexts(), ElementsAre("endpoint-added demo bob plain 192.0.2.2:5004",
                                              "leg-added demo bob alice/cam pt 96"));
  h.Do(AddIceEndpoint{N("demo"), N("dave"), Credentials("dave"), {}});
  EXPECT_THAT(h.TakeEventTexts(), ElementsAre("endpoint-added demo dave ice dave",
                                              "leg-added demo dave alice/cam pt 96"));
  h.Do(Publish("demo", "bob", "mic", Audio(1)));
  EXPECT_THAT(h.TakeEventTexts(), UnorderedElementsAre("track-published demo bob/mic",
                                                       "leg-added demo alice bob/mic pt 111",
                                                       "leg-added demo dave bob/mic pt 111"));
}

TEST(Subscription, InAManualRoomNobodyGetsAnythingUntold) {
  Harness h;
  h.Do(Room("demo", SubscribeMode::kManual));
  h.Do(Plain("demo", "alice", "192.0.2.1:5004"));
  h.Do(Publish("demo", "alice", "cam", Video(1)));
  h.Do(Plain("demo", "bob", "192.0.2.2:5004"));
  h.Do(Publish("demo", "bob", "cam", Video(1)));
  EXPECT_EQ(h.metrics().legs.value(), 0);
}

TEST(Subscription, ARemovedLegOfARoomOfAllCanBeAddedAgain) {
  Harness h;
  h.Do(Room("demo"));
  h.Do(Plain("demo", "alice", "192.0.2.1:5004"));
  h.Do(Plain("demo", "bob", "192.0.2.2:5004"));
  h.Do(Publish("demo", "alice", "cam", Video(1)));
  const LegName leg = LegOf("demo", "bob", "alice", "cam");
  EXPECT_EQ(h.Do(RemoveLeg{leg}), kOk);
  EXPECT_EQ(h.metrics().legs.value(), 0);
  EXPECT_EQ(h.Do(AddLeg{leg, {}, {}}), kOk);
}

TEST(Subscription, ChosenSsrcsAreDistinctAtEachSubscriber) {
  Harness h;
  h.Do(Room("demo"));
  for (uint32_t i = 0; i < 10; ++i) {
    h.Do(Plain("demo", Nth("e", i), NthAddress(i)));
    h.Do(Publish("demo", Nth("e", i), "cam", Video(1)));
    h.Do(Publish("demo", Nth("e", i), "mic", Audio(2)));
  }
  std::set<std::pair<std::string, uint32_t>> seen;
  for (const LegAdded& leg : LegsIn(h.TakeEvents())) {
    const uint32_t ssrc = leg.parameters.ssrc.value();
    EXPECT_GT(ssrc, 2u);
    EXPECT_TRUE(seen.insert({std::string(leg.subscriber.view()), ssrc}).second);
  }
  EXPECT_EQ(seen.size(), 10u * 9 * 2);
}

TEST(Subscription, OnePayloadTypeHasOneCodecAtASubscriber) {
  Harness h;
  h.Do(Room("demo"));
  h.Do(Plain("demo", "bob", "192.0.2.9:5004"));
  h.Do(Plain("demo", "a", "192.0.2.1:5004"));
  h.Do(Plain("demo", "b", "192.0.2.2:5004"));
  h.TakeEvents();
  h.Do(Publish("demo", "a", "cam", Video(1, 96, "VP8")));
  h.Do(Publish("demo", "a", "again", Video(2, 96, "vp8")));
  h.Do(Publish("demo", "b", "cam", Video(3, 96, "H264")));
  h.Do(Publish("demo", "b", "mic", Audio(4, 97)));
  std::vector<std::string> bobs;
  for (const LegAdded& leg : LegsIn(h.TakeEvents())) {
    if (leg.subscriber == "bob") bobs.push_back(Describe(leg));
  }
  // VP8 keeps its own, H264 takes the first free one, which was opus's own.
  EXPECT_THAT(bobs,
              ElementsAre("leg-added demo bob a/cam pt 96", "leg-added demo bob a/again pt 96",
                          "leg-added demo bob b/cam pt 97", "leg-added demo bob b/mic pt 98"));
}

// 32 + 29 types can be given to codecs that have no type of their own.
class PayloadTypesTest : public testing::Test {
 protected:
  static constexpr uint32_t kTypes = 61;

  PayloadTypesTest() : h(Config()) {
    h.Do(Room("demo"));
    h.Do(Plain("demo", "bob", "192.0.2.9:5004"));
    for (uint32_t i = 0; i < 8; ++i) h.Do(Plain("demo", Nth("p", i), NthAddress(i)));
  }
  static CoreConfig Config() {
    CoreConfig config = SmallConfig();
    config.limits.tracks_per_endpoint = 16;
    config.limits.tracks = 100;
    config.limits.legs = 2000;
    return config;
  }
  // The i-th codec, always with the same payload type.
  CommandError PublishCodec(uint32_t i) {
    return h.Do(
        Publish("demo", Nth("p", i % 8), Nth("t", i), Video(i + 1, 96, "codec" + Nth("", i))));
  }

  Harness h;
};

TEST_F(PayloadTypesTest, ATrackThatASubscriberHasNoTypeForIsNotPublished) {
  for (uint32_t i = 0; i < kTypes; ++i) ASSERT_EQ(PublishCodec(i), kOk) << i;
  const int64_t legs = h.metrics().legs.value();
  h.TakeEvents();
  EXPECT_EQ(PublishCodec(kTypes), CommandError::kPayloadTypeInUse);
  EXPECT_EQ(h.metrics().legs.value(), legs);
  EXPECT_EQ(h.metrics().video_tracks.value(), int64_t{kTypes});
  const std::vector<std::string> events = h.TakeEventTexts();
  EXPECT_EQ(events.front(), "track-published demo p5/t61");
  EXPECT_EQ(events.back(), "track-unpublished demo p5/t61");
}

TEST_F(PayloadTypesTest, AnEndpointThatCannotHaveAllLegsIsNotAdded) {
  h.Do(RemoveEndpoint{N("demo"), N("bob")});
  // Nobody receives his own tracks, so with publishers only there is room for more codecs.
  for (uint32_t i = 0; i < kTypes + 3; ++i) ASSERT_EQ(PublishCodec(i), kOk) << i;
  const int64_t legs = h.metrics().legs.value();
  h.TakeEvents();
  EXPECT_EQ(h.Do(Plain("demo", "bob", "192.0.2.9:5004")), CommandError::kPayloadTypeInUse);
  EXPECT_EQ(h.metrics().legs.value(), legs);
  EXPECT_EQ(h.metrics().endpoints.value(), 8);
  EXPECT_EQ(h.TakeEventTexts().back(), "endpoint-removed demo bob");
  h.Do(UnpublishTrack{N("demo"), N("p0"), N("t0")});
  h.Do(UnpublishTrack{N("demo"), N("p1"), N("t1")});
  h.Do(UnpublishTrack{N("demo"), N("p2"), N("t2")});
  EXPECT_EQ(h.Do(Plain("demo", "bob", "192.0.2.9:5004")), kOk);
}

}  // namespace
}  // namespace baton::relay::test
