// Who speaks in a room, and whose media its limits let through.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <string>

#include "tests/unit/relay/frames.h"

namespace baton::relay::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Contains;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr uint8_t kLoud = 20;
constexpr uint8_t kSilent = 127;
constexpr int kLevelId = 5;
constexpr std::array<std::string_view, 3> kNames = {"ann", "bea", "cat"};

class RoomSpeakersTest : public testing::Test {
 protected:
  void Start(const SpeakerLimits& limits) {
    CreateRoom room = Room("demo", SubscribeMode::kManual);
    room.limits = limits;
    h.Do(room);
    for (size_t i = 0; i < 3; ++i) {
      AddPlainEndpoint add = Plain("demo", kNames[i], AddressOf(i));
      add.parameters.extensions.Set(rtp::ExtensionKind::kAudioLevel, kLevelId);
      h.Do(add);
      h.Do(Publish("demo", kNames[i], "mic", Audio(Mic(i))));
      h.Do(Publish("demo", kNames[i], "cam", Video(cams[i].ssrc())));
    }
    TrackParameters screen = Video(30);
    screen.source = TrackSource::kScreen;
    h.Do(Publish("demo", "cat", "screen", screen));
    h.Do(Plain("demo", "dan", kDan));
    for (const std::string_view name : kNames) {
      for (const char* track : {"mic", "cam"}) Subscribe(name, track);
    }
    Subscribe("cat", "screen");
    h.TakeEvents();
  }
  void Subscribe(std::string_view name, std::string_view track) {
    ASSERT_EQ(h.Do(AddLeg{LegOf("demo", "dan", name, track), {}, {}, {}, {}, {}}),
              CommandError::kNone);
  }
  static std::string AddressOf(size_t i) { return "192.0.2.1" + std::to_string(i) + ":5004"; }
  static uint32_t Mic(size_t i) { return static_cast<uint32_t>(10 + i); }

  // Audio of all, a packet each 20 ms; how many of each came out, in order and without a gap.
  std::array<size_t, 3> Talk(Duration duration, std::array<uint8_t, 3> levels) {
    std::array<size_t, 3> heard{};
    for (Duration at{}; at < duration; at += milliseconds(20)) {
      for (size_t i = 0; i < 3; ++i) {
        const Octets packet =
            Packet({.ssrc = Mic(i), .sequence = sequence_[i]++, .payload_type = 111}, {1, 2},
                   {{kLevelId, {levels[i]}}});
        for (const Sent& sent : To(h.Receive(AddressOf(i), packet), kDan)) {
          const uint16_t sequence = sent.rtp()->sequence.value();
          if (newest_.contains(i)) {
            EXPECT_EQ(sequence, static_cast<uint16_t>(newest_[i] + 1));
          }
          newest_[i] = sequence;
          ++heard[i];
        }
      }
      h.Advance(milliseconds(20));
    }
    return heard;
  }
  std::vector<Got> Show(size_t i, bool key) {
    const Octets packet = key ? cams[i].Key() : cams[i].Delta();
    const auto got = Vp8To(h.Receive(AddressOf(i), packet), kDan);
    for (const Got& g : got) {
      if (shown_.contains(i)) {
        EXPECT_EQ(g.sequence, static_cast<uint16_t>(shown_[i] + 1));
      }
      shown_[i] = g.sequence;
    }
    return got;
  }

  static constexpr std::string_view kDan = "192.0.2.99:5004";
  Harness h;
  std::array<Vp8Encoder, 3> cams = {Vp8Encoder(20), Vp8Encoder(21), Vp8Encoder(22)};
  std::array<uint16_t, 3> sequence_ = {65'500, 7, 40'000};
  std::map<size_t, uint16_t> newest_;
  std::map<size_t, uint16_t> shown_;
};

TEST_F(RoomSpeakersTest, EventsTellWhoSpeaksAndWhoDominates) {
  Start({});
  Talk(seconds(2), {kSilent, kLoud, kSilent});
  auto events = h.TakeEventTexts();
  EXPECT_THAT(events, Contains("speaker-started demo bea"));
  EXPECT_THAT(events, Contains("dominant-speaker demo bea"));
  EXPECT_THAT(events, Not(Contains("speaker-started demo ann")));
  for (const EndpointStatistics& endpoint : h.Statistics("demo").endpoints) {
    EXPECT_EQ(endpoint.speaking, endpoint.endpoint == "bea");
  }
  Talk(seconds(4), {kLoud, kSilent, kSilent});
  events = h.TakeEventTexts();
  EXPECT_THAT(events, Contains("speaker-stopped demo bea"));
  EXPECT_THAT(events, Contains("speaker-started demo ann"));
  EXPECT_THAT(events, Contains("dominant-speaker demo ann"));
}

TEST_F(RoomSpeakersTest, WithoutLimitsAllAreHeard) {
  Start({});
  const auto heard = Talk(seconds(1), {kSilent, kLoud, kSilent});
  EXPECT_EQ(heard, (std::array<size_t, 3>{50, 50, 50}));
}

TEST_F(RoomSpeakersTest, TheLoudestAreHeard) {
  Start({.loudest_audio = 1});
  Talk(seconds(3), {kSilent, kSilent, kLoud});
  EXPECT_EQ(Talk(seconds(1), {kSilent, kSilent, kLoud}), (std::array<size_t, 3>{0, 0, 50}));
  const uint64_t before = h.drops(DropReason::kSpeakerLimit);
  Talk(seconds(3), {kLoud, kSilent, kSilent});
  EXPECT_EQ(Talk(seconds(1), {kLoud, kSilent, kSilent}), (std::array<size_t, 3>{50, 0, 0}));
  EXPECT_GE(h.drops(DropReason::kSpeakerLimit), before + 100);
  // And back, without a gap (Talk looks at that).
  Talk(seconds(3), {kSilent, kSilent, kLoud});
  EXPECT_EQ(Talk(seconds(1), {kSilent, kSilent, kLoud}), (std::array<size_t, 3>{0, 0, 50}));
}

TEST_F(RoomSpeakersTest, TheVideoOfWhoSpokeLastIsShown) {
  Start({.latest_video = 1});
  for (size_t i = 0; i < 3; ++i) EXPECT_THAT(Show(i, true), SizeIs(1));
  Talk(seconds(2), {kLoud, kSilent, kSilent});
  EXPECT_THAT(Show(0, true), SizeIs(1));
  EXPECT_THAT(Show(1, true), IsEmpty());
  h.TakeRtcp();
  Talk(seconds(3), {kSilent, kLoud, kSilent});
  // It was silenced: it goes on with a key frame, which is asked for.
  EXPECT_THAT(Show(1, false), IsEmpty());
  EXPECT_THAT(Show(1, true), SizeIs(1));
  EXPECT_THAT(Show(1, false), SizeIs(1));
  EXPECT_THAT(Show(0, true), IsEmpty());
  EXPECT_GE(h.Statistics("demo").tracks.size(), 7u);
  bool asked = false;
  for (const TrackStatistics& track : h.Statistics("demo").tracks) {
    if (track.publisher == "bea" && track.track == "cam") {
      asked = track.encodings[0].key_frame_requests > 0;
    }
  }
  EXPECT_TRUE(asked);
}

TEST_F(RoomSpeakersTest, AsManyAreShownAsTheLimitSays) {
  Start({.latest_video = 2});
  h.Do(Publish("demo", "dan", "cam", Video(40)));
  ASSERT_EQ(h.Do(AddLeg{LegOf("demo", "ann", "dan", "cam"), {}, {}, {}, {}, {}}),
            CommandError::kNone);
  Talk(seconds(2), {kLoud, kSilent, kSilent});
  size_t shown = To(h.Receive(kDan, Vp8Encoder(40).Key()), AddressOf(0)).size();
  for (size_t i = 0; i < 3; ++i) shown += Show(i, true).size();
  EXPECT_EQ(shown, 2u);
}

TEST_F(RoomSpeakersTest, ScreensAreShownWhoeverSpeaks) {
  Start({.loudest_audio = 1, .latest_video = 1});
  Talk(seconds(2), {kLoud, kSilent, kSilent});
  Vp8Encoder screen(30);
  EXPECT_THAT(To(h.Receive(AddressOf(2), screen.Key()), kDan), SizeIs(1));
  EXPECT_THAT(To(h.Receive(AddressOf(2), screen.Delta()), kDan), SizeIs(1));
  EXPECT_THAT(Show(2, true), IsEmpty());
}

// A leg whose next track is silenced while its key frame is held stays with what it has.
TEST_F(RoomSpeakersTest, ALegDoesNotGoOverToASilencedTrack) {
  Start({.latest_video = 1});
  Talk(seconds(2), {kLoud, kSilent, kSilent});
  h.Do(RemoveLeg{LegOf("demo", "dan", "bea", "cam")});
  Vp8Encoder screen(30);
  EXPECT_THAT(To(h.Receive(AddressOf(2), screen.Key()), kDan), SizeIs(1));
  h.Do(RemoveLeg{LegOf("demo", "dan", "ann", "cam")});
  h.Do(SwitchLeg{LegOf("demo", "dan", "cat", "screen"), N("ann"), N("cam")});
  const auto frame = screen.Frame({.packets = 2});
  EXPECT_THAT(To(h.Receive(AddressOf(2), frame[0]), kDan), SizeIs(1));
  h.Receive(AddressOf(0), cams[0].Key());  // held
  Talk(milliseconds(900), {kSilent, kLoud, kSilent});
  EXPECT_THAT(To(h.Receive(AddressOf(2), frame[1]), kDan), SizeIs(1));
  EXPECT_THAT(To(h.Receive(AddressOf(2), screen.Delta()), kDan), SizeIs(1));
  EXPECT_THAT(To(h.Receive(AddressOf(0), cams[0].Key()), kDan), IsEmpty());
  Talk(seconds(3), {kLoud, kSilent, kSilent});
  EXPECT_THAT(To(h.Receive(AddressOf(0), cams[0].Delta()), kDan), IsEmpty());
  EXPECT_THAT(To(h.Receive(AddressOf(0), cams[0].Key()), kDan), SizeIs(1));
  EXPECT_THAT(To(h.Receive(AddressOf(2), screen.Key()), kDan), IsEmpty());
}

}  // namespace
}  // namespace baton::relay::test
