// What of a controller's parameters is refused, and what the relay chooses where nothing is said.
#include "relay/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

#include "tests/unit/relay/harness.h"

namespace baton::relay::test {
namespace {

TrackParameters Simulcast() {
  TrackParameters track = Video(1);
  track.mid = StreamId("0");
  track.rtx_payload_type = rtp::PayloadType(97);
  track.encodings = {};
  track.encodings.push_back({rtp::Ssrc(1), StreamId("a"), rtp::Ssrc(11)});
  track.encodings.push_back({rtp::Ssrc(2), StreamId("b"), rtp::Ssrc(12)});
  return track;
}

TEST(Parameters, TracksThatAreValid) {
  EXPECT_TRUE(AreValid(Video(1)));
  EXPECT_TRUE(AreValid(Audio(1)));
  EXPECT_TRUE(AreValid(Simulcast()));
  TrackParameters by_rid = Simulcast();
  for (Encoding& encoding : by_rid.encodings) encoding.ssrc = encoding.rtx_ssrc = rtp::Ssrc();
  EXPECT_TRUE(AreValid(by_rid));
  TrackParameters by_mid = Video(0);  // one stream without a RID
  by_mid.mid = StreamId("0");
  EXPECT_TRUE(AreValid(by_mid));
}

TEST(Parameters, TracksThatAreNot) {
  const std::vector<std::pair<const char*, std::function<void(TrackParameters&)>>> faults = {
      {"no encoding", [](auto& t) { t.encodings = {}; }},
      {"no name", [](auto& t) { t.codec.encoding = {}; }},
      {"a space in the name", [](auto& t) { t.codec.encoding = FixedString<32>("VP 8"); }},
      {"a slash in the name", [](auto& t) { t.codec.encoding = FixedString<32>("VP8/90000"); }},
      {"no clock", [](auto& t) { t.codec.clock_rate = 0; }},
      {"clock too fast", [](auto& t) { t.codec.clock_rate = 1'000'001; }},
      {"type like RTCP's", [](auto& t) { t.payload_type = rtp::PayloadType(64); }},
      {"type like RTCP's end", [](auto& t) { t.payload_type = rtp::PayloadType(95); }},
      {"type of 8 bits", [](auto& t) { t.payload_type = rtp::PayloadType(128); }},
      {"RTX type like RTCP's", [](auto& t) { t.rtx_payload_type = rtp::PayloadType(72); }},
      {"RTX type the same", [](auto& t) { t.rtx_payload_type = t.payload_type; }},
      {"RTX SSRCs without a type", [](auto& t) { t.rtx_payload_type = {}; }},
      {"MID with a space", [](auto& t) { t.mid = StreamId("a b"); }},
      {"RID with a dash", [](auto& t) { t.encodings[0].rid = StreamId("a-b"); }},
      {"the same RID", [](auto& t) { t.encodings[1].rid = t.encodings[0].rid; }},
      {"the same SSRC", [](auto& t) { t.encodings[1].ssrc = t.encodings[0].ssrc; }},
      {"RTX with its media's SSRC", [](auto& t) { t.encodings[0].rtx_ssrc = rtp::Ssrc(1); }},
      {"RTX with another's SSRC", [](auto& t) { t.encodings[0].rtx_ssrc = rtp::Ssrc(2); }},
      {"the same RTX SSRC", [](auto& t) { t.encodings[1].rtx_ssrc = rtp::Ssrc(11); }},
      {"no SSRC, no MID",
       [](auto& t) {
         t.mid = {};
         t.encodings[0].ssrc = {};
       }},
      {"two without SSRC and RID",
       [](auto& t) {
         for (Encoding& encoding : t.encodings) encoding = {};
       }},
  };
  for (const auto& [what, spoil] : faults) {
    TrackParameters track = Simulcast();
    spoil(track);
    EXPECT_FALSE(AreValid(track)) << what;
  }
}

TEST(Parameters, UsablePayloadTypes) {
  for (const int type : {0, 63, 96, 127}) {
    EXPECT_TRUE(IsUsable(rtp::PayloadType(static_cast<uint8_t>(type)))) << type;
  }
  for (const int type : {64, 95, 128, 255}) {
    EXPECT_FALSE(IsUsable(rtp::PayloadType(static_cast<uint8_t>(type)))) << type;
  }
}

TEST(Parameters, TheSameCodecInAnyCaseOfLetters) {
  TrackParameters a = Video(1);
  TrackParameters b = Video(1, 96, "vp8");
  EXPECT_TRUE(SameCodec(a.codec, b.codec));
  EXPECT_TRUE(SameTrack(a, b));
  b.codec.clock_rate = 48'000;
  EXPECT_FALSE(SameCodec(a.codec, b.codec));
  EXPECT_FALSE(SameTrack(a, b));
  b = a;
  b.opaque = true;
  EXPECT_FALSE(SameTrack(a, b));
}

class AddLegTest : public testing::Test {
 protected:
  AddLegTest() {
    h.Do(Room("demo", SubscribeMode::kManual));
    h.Do(Plain("demo", "alice", "192.0.2.1:5004"));
    h.Do(Plain("demo", "bob", "192.0.2.2:5004"));
    AddPlainEndpoint carol = Plain("demo", "carol", "192.0.2.3:5004");
    carol.parameters.rtx = true;
    h.Do(carol);
    TrackParameters video = Video(1);
    video.rtx_payload_type = rtp::PayloadType(97);
    h.Do(Publish("demo", "alice", "cam", video));
    video = Video(2);
    video.rtx_payload_type = rtp::PayloadType(98);
    h.Do(Publish("demo", "alice", "cam2", video));
    h.Do(Publish("demo", "alice", "vp9", Video(3, 97, "VP9")));
    h.Do(Publish("demo", "alice", "mic", Audio(4)));
    h.TakeEvents();
  }
  CommandError Add(std::string_view track, const std::function<void(AddLeg&)>& with = {},
                   std::string_view subscriber = "bob") {
    AddLeg add{LegOf("demo", subscriber, "alice", track), {}, {}, {}, {}, {}};
    if (with) with(add);
    const CommandError error = h.Do(add);
    for (const Event& event : h.TakeEvents()) {
      if (const auto* leg = std::get_if<LegAdded>(&event)) added = leg->parameters;
    }
    return error;
  }

  Harness h;
  LegParameters added;
};

TEST_F(AddLegTest, WhatIsRefused) {
  const std::vector<std::pair<std::function<void(AddLeg&)>, CommandError>> faults = {
      {[](AddLeg& a) { a.payload_type = rtp::PayloadType(80); }, CommandError::kInvalidParameter},
      {[](AddLeg& a) { a.rtx_payload_type = rtp::PayloadType(128); },
       CommandError::kInvalidParameter},
      {[](AddLeg& a) { a.ssrc = rtp::Ssrc(0); }, CommandError::kInvalidParameter},
      {[](AddLeg& a) { a.rtx_ssrc = rtp::Ssrc(0); }, CommandError::kInvalidParameter},
      {[](AddLeg& a) { a.ssrc = a.rtx_ssrc = rtp::Ssrc(5); }, CommandError::kInvalidParameter},
      {[](AddLeg& a) { a.mid = StreamId("a b"); }, CommandError::kInvalidParameter},
      {[](AddLeg& a) { a.payload_type = a.rtx_payload_type = rtp::PayloadType(100); },
       CommandError::kPayloadTypeInUse},
  };
  for (size_t i = 0; i < faults.size(); ++i) {
    EXPECT_EQ(Add("cam", faults[i].first), faults[i].second) << i;
  }
  EXPECT_EQ(h.Statistics("demo").legs.size(), 0u);
}

TEST_F(AddLegTest, RepeatedIsTheSame) {
  const auto all = [](AddLeg& a) {
    a.ssrc = rtp::Ssrc(50);
    a.payload_type = rtp::PayloadType(100);
    a.rtx_payload_type = rtp::PayloadType(101);
    a.rtx_ssrc = rtp::Ssrc(51);
    a.mid = StreamId("m");
  };
  EXPECT_EQ(Add("cam", all), CommandError::kNone);
  EXPECT_EQ(added.rtx, (RtxParameters{rtp::PayloadType(101), rtp::Ssrc(51)}));
  EXPECT_EQ(added.mid, "m");
  EXPECT_EQ(Add("cam", all), CommandError::kNone);
  EXPECT_EQ(Add("cam"), CommandError::kNone);
  for (const auto& other : std::vector<std::function<void(AddLeg&)>>{
           [](AddLeg& a) { a.ssrc = rtp::Ssrc(51); },
           [](AddLeg& a) { a.payload_type = rtp::PayloadType(101); },
           [](AddLeg& a) { a.rtx_payload_type = rtp::PayloadType(102); },
           [](AddLeg& a) { a.rtx_ssrc = rtp::Ssrc(52); },
           [](AddLeg& a) { a.mid = StreamId("n"); }}) {
    EXPECT_EQ(Add("cam", other), CommandError::kContradicts);
  }
}

TEST_F(AddLegTest, AnSsrcForRetransmissionsAsksForThem) {
  const auto with = [](AddLeg& a) { a.rtx_ssrc = rtp::Ssrc(51); };
  EXPECT_EQ(Add("cam", with), CommandError::kNone);
  ASSERT_TRUE(added.rtx);
  EXPECT_EQ(added.rtx->ssrc, rtp::Ssrc(51));
  EXPECT_EQ(Add("cam", with), CommandError::kNone);
}

TEST_F(AddLegTest, WithoutAWishThereAreNoneUnlessTheEndpointHasThem) {
  EXPECT_EQ(Add("cam"), CommandError::kNone);
  EXPECT_FALSE(added.rtx);
  EXPECT_EQ(Add("cam", {}, "carol"), CommandError::kNone);
  EXPECT_TRUE(added.rtx);
  EXPECT_EQ(Add("mic", {}, "carol"), CommandError::kNone);
  EXPECT_FALSE(added.rtx);
}

TEST_F(AddLegTest, PayloadTypesOfRetransmissionsMeanOneThing) {
  EXPECT_EQ(Add("cam", {}, "carol"), CommandError::kNone);
  EXPECT_EQ(added.payload_type, rtp::PayloadType(96));
  EXPECT_EQ(added.rtx->payload_type, rtp::PayloadType(97));
  const rtp::Ssrc first = added.rtx->ssrc;
  // The same media type: the same type for its retransmissions.
  EXPECT_EQ(Add("cam2", {}, "carol"), CommandError::kNone);
  EXPECT_EQ(added.payload_type, rtp::PayloadType(96));
  EXPECT_EQ(added.rtx->payload_type, rtp::PayloadType(97));
  EXPECT_NE(added.rtx->ssrc, first);
  // VP9's own 97 is taken.
  EXPECT_EQ(Add("vp9", {}, "carol"), CommandError::kNone);
  EXPECT_EQ(added.payload_type, rtp::PayloadType(98));
  EXPECT_EQ(added.rtx->payload_type, rtp::PayloadType(99));
  EXPECT_EQ(Add(
                "mic", [](AddLeg& a) { a.payload_type = rtp::PayloadType(99); }, "carol"),
            CommandError::kPayloadTypeInUse);
}

TEST_F(AddLegTest, RetransmissionsOfAnotherMediaTypeNeedAnother) {
  EXPECT_EQ(Add("cam", [](AddLeg& a) { a.rtx_payload_type = rtp::PayloadType(110); }),
            CommandError::kNone);
  const auto same = [](AddLeg& a) { a.rtx_payload_type = rtp::PayloadType(110); };
  EXPECT_EQ(Add("vp9", same), CommandError::kPayloadTypeInUse);
  EXPECT_EQ(Add("vp9", [](AddLeg& a) { a.rtx_payload_type = rtp::PayloadType(96); }),
            CommandError::kPayloadTypeInUse);
  EXPECT_EQ(Add("cam2", same), CommandError::kNone);
}

TEST_F(AddLegTest, SsrcsOfALegAreItsOwn) {
  EXPECT_EQ(Add("cam",
                [](AddLeg& a) {
                  a.ssrc = rtp::Ssrc(60);
                  a.rtx_ssrc = rtp::Ssrc(61);
                }),
            CommandError::kNone);
  for (const uint32_t used : {60, 61}) {
    EXPECT_EQ(Add("cam2", [&](AddLeg& a) { a.ssrc = rtp::Ssrc(used); }), CommandError::kSsrcInUse);
    EXPECT_EQ(Add("cam2", [&](AddLeg& a) { a.rtx_ssrc = rtp::Ssrc(used); }),
              CommandError::kSsrcInUse);
    EXPECT_EQ(h.Do(Publish("demo", "bob", "t", Video(used))), CommandError::kSsrcInUse);
  }
}

TEST(StreamLimits, AShardHoldsSoManyStreams) {
  CoreConfig config = SmallConfig();
  config.limits.streams = 3;
  Harness h(config);
  h.Do(Room("demo"));
  h.Do(Plain("demo", "alice", "192.0.2.1:5004"));
  EXPECT_EQ(h.Do(Publish("demo", "alice", "a", Simulcast())), CommandError::kNone);
  TrackParameters other = Simulcast();
  for (Encoding& encoding : other.encodings) {
    encoding.ssrc = rtp::Ssrc(encoding.ssrc.value() + 100);
    encoding.rtx_ssrc = rtp::Ssrc(encoding.rtx_ssrc.value() + 100);
  }
  EXPECT_EQ(h.Do(Publish("demo", "alice", "b", other)), CommandError::kTooManyStreams);
  EXPECT_EQ(h.Do(Publish("demo", "alice", "b", Video(5))), CommandError::kNone);
  EXPECT_EQ(h.Do(Publish("demo", "alice", "c", Video(6))), CommandError::kTooManyStreams);
  EXPECT_EQ(h.Do(UnpublishTrack{N("demo"), N("alice"), N("a")}), CommandError::kNone);
  EXPECT_EQ(h.Do(Publish("demo", "alice", "c", other)), CommandError::kNone);
}

TEST(StreamLimits, AnEndpointHasSoManySources) {
  CoreConfig config = SmallConfig();
  config.limits.tracks_per_endpoint = kMaxTracksPerEndpoint;
  Harness h(config);
  h.Do(Room("demo"));
  h.Do(Plain("demo", "alice", "192.0.2.1:5004"));
  // Eight sources each, of which the retransmissions' are not announced.
  const auto publish = [&](uint32_t i) {
    TrackParameters track = Video(1);
    track.rtx_payload_type = rtp::PayloadType(97);
    track.encodings = {};
    for (uint32_t e = 0; e < 4; ++e)
      track.encodings.push_back({rtp::Ssrc(100 * i + e + 1), {}, {}});
    return h.Do(Publish("demo", "alice", "t" + std::to_string(i), track));
  };
  for (uint32_t i = 0; i < kMaxSourcesPerEndpoint / 8; ++i) {
    EXPECT_EQ(publish(i), CommandError::kNone) << i;
  }
  EXPECT_EQ(publish(50), CommandError::kTooManySourcesOfEndpoint);
  EXPECT_EQ(h.Do(Publish("demo", "alice", "one", Video(9000))),
            CommandError::kTooManySourcesOfEndpoint);
}

}  // namespace
}  // namespace baton::relay::test
