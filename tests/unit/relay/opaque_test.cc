// Tracks whose payload is not looked into: it passes byte for byte, and legs are switched where
// frames begin.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/unit/relay/frames.h"

namespace baton::relay::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kAlice = "192.0.2.1:5004";
constexpr std::string_view kBob = "192.0.2.2:5004";
constexpr std::string_view kCarol = "192.0.2.3:5004";

class OpaqueTest : public testing::Test {
 protected:
  OpaqueTest() {
    h.Do(Room("demo", SubscribeMode::kManual));
    h.Do(Plain("demo", "alice", kAlice));
    h.Do(Plain("demo", "bob", kBob));
    h.Do(Plain("demo", "carol", kCarol));
    TrackParameters track = Video(1);
    track.opaque = true;
    h.Do(Publish("demo", "alice", "cam", track));
    track.encodings[0].ssrc = rtp::Ssrc(2);
    h.Do(Publish("demo", "carol", "cam", track));
    h.Do(AddLeg{LegOf("demo", "bob", "alice", "cam"), {}, {}, {}, {}, {}});
  }
  std::vector<Sent> Send(std::string_view from, uint16_t sequence, uint32_t timestamp, bool marker,
                         const Octets& payload = {1, 2, 3}) {
    const uint32_t ssrc = from == kAlice ? 1 : 2;
    auto sent = To(
        h.Receive(
            from,
            Packet({.ssrc = ssrc, .sequence = sequence, .timestamp = timestamp, .marker = marker},
                   payload)),
        kBob);
    for (const Sent& s : sent) {
      const uint16_t out = s.rtp()->sequence.value();
      EXPECT_EQ(out, newest_ ? static_cast<uint16_t>(*newest_ + 1) : out);
      newest_ = out;
    }
    return sent;
  }
  void SwitchTo(std::string_view from, std::string_view to) {
    EXPECT_EQ(h.Do(SwitchLeg{LegOf("demo", "bob", from, "cam"), N(to), N("cam")}),
              CommandError::kNone);
  }

  Harness h;
  std::optional<uint16_t> newest_;
};

TEST_F(OpaqueTest, ThePayloadIsNotTouched) {
  std::mt19937 random(5);
  uint16_t sequence = 65'500;
  for (int i = 0; i < 200; ++i) {
    Octets payload(1 + random() % 40);
    for (uint8_t& byte : payload) byte = static_cast<uint8_t>(random());
    // In between, a switch there and back, so that numbers are the leg's own.
    if (i == 101) {
      SwitchTo("alice", "carol");
      EXPECT_THAT(Send(kCarol, 9, 0, true), SizeIs(1));
      SwitchTo("carol", "alice");
    }
    const auto sent =
        Send(kAlice, sequence++, 3000u * static_cast<uint32_t>(i), i % 2 == 0, payload);
    ASSERT_THAT(sent, SizeIs(1)) << i;
    const Bytes got = sent[0].rtp()->payload();
    EXPECT_TRUE(std::equal(got.begin(), got.end(), payload.begin(), payload.end()));
    EXPECT_EQ(sent[0].rtp()->marker, i % 2 == 0);
  }
}

TEST_F(OpaqueTest, ASwitchIsWhereAFrameBegins) {
  EXPECT_THAT(Send(kAlice, 1, 0, true), SizeIs(1));
  EXPECT_THAT(Send(kCarol, 1, 500, false), IsEmpty());
  SwitchTo("alice", "carol");
  EXPECT_THAT(Send(kCarol, 2, 500, true), IsEmpty());  // within a frame
  EXPECT_THAT(Send(kAlice, 2, 3000, true), SizeIs(1));
  EXPECT_THAT(Send(kCarol, 3, 3500, false), SizeIs(1));
  EXPECT_THAT(Send(kAlice, 3, 6000, true), IsEmpty());
  EXPECT_THAT(Send(kCarol, 4, 3500, true), SizeIs(1));
}

TEST_F(OpaqueTest, TheFrameInProgressIsCompletedFirst) {
  Send(kAlice, 1, 0, false);
  SwitchTo("alice", "carol");
  EXPECT_THAT(Send(kCarol, 1, 500, true), IsEmpty());
  EXPECT_THAT(Send(kAlice, 2, 0, true), SizeIs(2));
  EXPECT_THAT(Send(kAlice, 3, 3000, true), IsEmpty());
}

TEST_F(OpaqueTest, ALatePacketBeginsNothing) {
  EXPECT_THAT(Send(kCarol, 10, 500, true), IsEmpty());
  EXPECT_THAT(Send(kAlice, 1, 0, true), SizeIs(1));
  SwitchTo("alice", "carol");
  EXPECT_THAT(Send(kCarol, 9, 400, true), IsEmpty());
  EXPECT_THAT(Send(kCarol, 11, 500, true), IsEmpty());
  EXPECT_THAT(Send(kCarol, 12, 600, true), SizeIs(1));
}

}  // namespace
}  // namespace baton::relay::test
