// Tracks of several encodings: how their streams are known, and which of them a leg forwards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

#include "rtp/ntp.h"
#include "rtp/rtcp_write.h"
#include "tests/unit/relay/frames.h"
#include "tests/unit/relay/rtcp_call.h"

namespace baton::relay::test {
namespace {

using rtp::ExtensionKind;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr int kMid = 1;
constexpr int kRid = 2;
constexpr int kRepairedRid = 3;

Octets Text(std::string_view text) { return Octets(text.begin(), text.end()); }

EndpointParameters WithRids() {
  EndpointParameters parameters;
  parameters.extensions.Set(ExtensionKind::kMid, kMid);
  parameters.extensions.Set(ExtensionKind::kRid, kRid);
  parameters.extensions.Set(ExtensionKind::kRepairedRid, kRepairedRid);
  return parameters;
}

TrackParameters BySsrc() {
  TrackParameters track = Video(1);
  track.encodings = {};
  for (const uint32_t ssrc : {1, 2, 3}) track.encodings.push_back({rtp::Ssrc(ssrc), {}, {}});
  return track;
}

TrackParameters ByRid() {
  TrackParameters track = Video(1);
  track.mid = StreamId("v");
  track.rtx_payload_type = rtp::PayloadType(97);
  track.encodings = {};
  for (const char* rid : {"lo", "mid", "hi"}) track.encodings.push_back({{}, StreamId(rid), {}});
  return track;
}

class SimulcastTest : public testing::Test {
 protected:
  explicit SimulcastTest(const TrackParameters& track = BySsrc()) {
    h.Do(Room("demo", SubscribeMode::kManual));
    AddPlainEndpoint add = Plain("demo", "alice", kAlice);
    add.parameters = WithRids();
    h.Do(add);
    h.Do(Plain("demo", "bob", kBob));
    EXPECT_EQ(h.Do(Publish("demo", "alice", "cam", track)), CommandError::kNone);
    h.Do(AddLeg{LegOf("demo", "bob", "alice", "cam"), {}, {}, {}, {}, {}});
    h.TakeEvents();
  }
  std::vector<Got> Send(const std::vector<Octets>& packets) {
    std::vector<Got> got;
    for (const Octets& packet : packets) {
      for (const Got& g : Vp8To(h.Receive(kAlice, packet), kBob)) {
        got.push_back(g);
        EXPECT_EQ(bob.Check(g), "");
      }
    }
    return got;
  }
  std::vector<Got> Send(const Octets& packet) { return Send(std::vector<Octets>{packet}); }
  // A frame of each encoding; the sums of what came out.
  void SendAll(bool key, size_t first = 0, size_t last = 2) {
    for (size_t i = first; i <= last; ++i) Send(key ? cams[i].Key() : cams[i].Delta());
  }
  void Want(uint8_t spatial, uint8_t temporal = Layer::kHighest) {
    EXPECT_EQ(h.Do(SetLegLayer{LegOf("demo", "bob", "alice", "cam"), {spatial, temporal}}),
              CommandError::kNone);
  }
  void Goodbye(uint32_t ssrc) {
    Octets bytes(64);
    ByteWriter out(bytes);
    rtp::WriteReceiverReport(rtp::Ssrc(ssrc), {}, out);
    const rtp::Ssrc source(ssrc);
    rtp::WriteGoodbye({&source, 1}, "", out);
    bytes.resize(out.size());
    h.Receive(kAlice, bytes);
  }
  void SenderReport(uint32_t ssrc, uint64_t ntp, uint32_t timestamp) {
    Octets bytes(64);
    ByteWriter out(bytes);
    rtp::WriteSenderReport({rtp::Ssrc(ssrc), ntp, rtp::RtpTimestamp(timestamp)}, {}, out);
    bytes.resize(out.size());
    h.Receive(kAlice, bytes);
  }
  LegStatistics Leg() { return h.Statistics("demo").legs.at(0); }

  Harness h;
  std::array<Vp8Encoder, 3> cams = {Vp8Encoder(1, 100, 1000, 10, 1),
                                    Vp8Encoder(2, 30'000, 3'000'000'000, 20'000, 100),
                                    Vp8Encoder(3, 65'530, 4'294'960'000, 32'766, 254)};
  Vp8Receiver bob;
};

TEST_F(SimulcastTest, ALegGetsTheHighestEncodingThatIsSent) {
  Send(cams[0].Key());
  EXPECT_EQ(bob.stream(), 1u);
  SendAll(false);
  EXPECT_EQ(bob.stream(), 1u);
  SendAll(true);
  EXPECT_EQ(bob.stream(), 3u);
  SendAll(true);
  EXPECT_EQ(bob.stream(), 3u);
  EXPECT_EQ(bob.switches(), 1u);
  EXPECT_EQ(Leg().current.spatial, 2);
}

TEST_F(SimulcastTest, ALegGetsNoMoreThanItWants) {
  Want(1);
  EXPECT_THAT(h.TakeEventTexts(), ElementsAre("leg-layer-set demo bob alice/cam 1/-"));
  SendAll(true);
  SendAll(true);
  EXPECT_EQ(bob.stream(), 2u);
  EXPECT_THAT(h.TakeEventTexts(), Contains("leg-layer-changed demo bob alice/cam 1/-"));
  Want(1);
  EXPECT_THAT(h.TakeEventTexts(), IsEmpty());
  Want(0);
  SendAll(false);
  EXPECT_EQ(bob.stream(), 2u);  // until a key frame
  SendAll(true);
  EXPECT_EQ(bob.stream(), 1u);
  Want(2);
  SendAll(true);
  EXPECT_EQ(bob.stream(), 3u);
  Want(7);  // what there is not is the highest
  SendAll(true);
  EXPECT_EQ(bob.stream(), 3u);
}

TEST_F(SimulcastTest, OneThatIsNotSentForASecondIsReplaced) {
  SendAll(true);
  SendAll(true);
  ASSERT_EQ(bob.stream(), 3u);
  for (int i = 0; i < 9; ++i) {
    h.Advance(milliseconds(100));
    SendAll(true, 0, 1);
  }
  EXPECT_EQ(bob.stream(), 3u);
  h.Advance(milliseconds(200));
  SendAll(true, 0, 1);
  EXPECT_EQ(bob.stream(), 2u);
  SendAll(false);
  EXPECT_EQ(bob.stream(), 2u);
  SendAll(true);  // it is back
  EXPECT_EQ(bob.stream(), 3u);
}

TEST_F(SimulcastTest, OneThatSaysGoodbyeIsReplacedAtOnce) {
  SendAll(true);
  SendAll(true);
  Goodbye(3);
  SendAll(true, 0, 1);
  EXPECT_EQ(bob.stream(), 2u);
  Goodbye(2);
  SendAll(true, 0, 0);
  EXPECT_EQ(bob.stream(), 1u);
}

TEST_F(SimulcastTest, WithoutOneThatIsWantedTheLowestOfTheOthersIsBetterThanNothing) {
  Want(0);
  SendAll(true, 1, 2);
  EXPECT_EQ(bob.stream(), 2u);
  SendAll(true, 2, 2);
  EXPECT_EQ(bob.stream(), 2u);
  SendAll(true, 0, 0);
  EXPECT_EQ(bob.stream(), 1u);
}

TEST_F(SimulcastTest, AFrameInProgressIsCompletedFirst) {
  Want(0);
  Send(cams[0].Key());
  Want(1);
  Send(cams[1].Delta());
  const auto old = cams[0].Frame({.packets = 3});
  Send({old[0]});
  const auto key = cams[1].Frame({.key = true, .packets = 2});
  EXPECT_THAT(Send(key), IsEmpty());
  EXPECT_THAT(Send({old[1], old[2]}), SizeIs(4));
  EXPECT_EQ(bob.stream(), 2u);
}

// A picture is left out of each encoding, and both have the same number.
TEST_F(SimulcastTest, PicturesThatAreLeftOutCountInEachEncoding) {
  cams[0] = Vp8Encoder(1, 100, 1000, 9);
  cams[1] = Vp8Encoder(2, 200, 5000, 9);
  Want(1, 0);
  Send(cams[0].Key());
  EXPECT_THAT(Send(cams[0].Frame({.temporal = 1})), IsEmpty());
  EXPECT_THAT(Send(cams[1].Key()), SizeIs(1));
  EXPECT_THAT(Send(cams[1].Frame({.temporal = 1})), IsEmpty());
  EXPECT_THAT(Send(cams[1].Delta()), SizeIs(1));
}

TEST_F(SimulcastTest, TimestampsFollowSenderReports) {
  // Both streams have these timestamps at the same instant; the second one's packets are slow.
  SenderReport(1, uint64_t{5000} << 32, 1000);
  SenderReport(2, uint64_t{5000} << 32, 3'000'000'000);
  Want(0);
  Send(cams[0].Key());
  const uint32_t first = bob.packets().back().timestamp;
  Want(1);
  Send(cams[1].Delta());
  h.Advance(milliseconds(300));
  // 6000 after the report, as the first one's next would be: 3000 after its first.
  Send(cams[1].Key());
  ASSERT_EQ(bob.stream(), 2u);
  EXPECT_EQ(bob.packets().back().timestamp - first, 3000u);
}

TEST_F(SimulcastTest, TimestampsFollowTheSecondReportsToo) {
  for (uint32_t i = 0; i < 3; ++i) {
    const uint64_t ntp = uint64_t{5000} << 32 | uint64_t{0x40000000} * i;
    SenderReport(1, ntp, 1000 + 22'500 * i);
    SenderReport(2, ntp, 3'000'000'000u + 22'500 * i);
    h.Advance(milliseconds(250));
  }
  Want(0);
  Send(cams[0].Key());
  const uint32_t first = bob.packets().back().timestamp;
  Want(1);
  Send(cams[1].Delta());
  h.Advance(milliseconds(300));
  Send(cams[1].Key());
  EXPECT_EQ(bob.packets().back().timestamp - first, 3000u);
}

TEST_F(SimulcastTest, WithoutReportsTimestampsFollowArrival) {
  Want(0);
  Send(cams[0].Key());
  const uint32_t first = bob.packets().back().timestamp;
  Want(1);
  Send(cams[1].Delta());
  h.Advance(milliseconds(200));
  Send(cams[1].Key());
  EXPECT_EQ(bob.packets().back().timestamp - first, 18'000u);
}

TEST_F(SimulcastTest, EachPacketAtALegIsSentOrDroppedOnce) {
  std::mt19937 random(3);
  bob.complete_frames = false;
  uint64_t at_the_leg = 0;
  for (int i = 0; i < 600; ++i) {
    if (random() % 20 == 0) Want(static_cast<uint8_t>(random() % 3));
    auto& cam = cams[random() % 3];
    const auto before = Leg();
    const size_t packets = 1 + random() % 3;
    Send(cam.Frame({.key = random() % 5 == 0, .packets = packets}));
    at_the_leg += packets;
    h.Advance(milliseconds(random() % 5));
    const auto after = Leg();
    ASSERT_GE(after.packets, before.packets);
    ASSERT_FALSE(HasFailure()) << i;
  }
  EXPECT_GT(bob.switches(), 10u);
  EXPECT_EQ(Leg().packets, bob.packets().size());
  EXPECT_LE(Leg().packets + Leg().dropped, at_the_leg);
  EXPECT_EQ(Leg().dropped,
            h.drops(DropReason::kWaitingForKeyFrame) + h.drops(DropReason::kLegSwitched));
}

class RidTest : public SimulcastTest {
 protected:
  RidTest() : SimulcastTest(ByRid()) {
    constexpr std::array<std::string_view, 3> kRids = {"lo", "mid", "hi"};
    for (size_t i = 0; i < 3; ++i) cams[i].extensions = {{kMid, Text("v")}, {kRid, Text(kRids[i])}};
  }
};

TEST_F(RidTest, StreamsAreKnownByMidAndRid) {
  SendAll(true);
  SendAll(true);
  EXPECT_EQ(bob.stream(), 3u);
  // From then on by their SSRCs.
  for (Vp8Encoder& cam : cams) cam.extensions = {};
  SendAll(false);
  EXPECT_EQ(h.drops(DropReason::kUnknownSsrc), 0u);
  const TrackStatistics track = h.Statistics("demo").tracks.at(0);
  ASSERT_THAT(track.encodings, SizeIs(3));
  EXPECT_EQ(track.encodings[2].ssrc, rtp::Ssrc(3));
  EXPECT_EQ(track.encodings[2].rid, "hi");
  EXPECT_EQ(track.encodings[0].packets, 3u);
}

TEST_F(RidTest, AStreamThatBeginsWithoutItsKeyFrameIsAskedForOne) {
  h.Advance(seconds(5));
  h.TakeRtcp();
  EXPECT_THAT(Send(cams[2].Delta()), IsEmpty());
  h.Advance(milliseconds(20));
  std::vector<SentRtcp> requests;
  for (const SentRtcp& packet : PacketsIn(h.TakeRtcp())) {
    if (packet.packet.kind == rtp::RtcpKind::kPictureLoss) requests.push_back(packet);
  }
  ASSERT_THAT(requests, SizeIs(1));
  EXPECT_EQ(rtp::FeedbackMedia(requests[0].view()), rtp::Ssrc(3));
}

TEST_F(RidTest, TheFirstSsrcThatSaysWhoseItIsIsBelieved) {
  Send(cams[0].Key());
  Vp8Encoder other(9);
  other.extensions = cams[0].extensions;
  EXPECT_THAT(Send(other.Key()), IsEmpty());
  EXPECT_EQ(h.drops(DropReason::kUnknownSsrc), 1u);
  EXPECT_THAT(Send(cams[0].Delta()), SizeIs(1));
}

TEST_F(RidTest, OthersAreNotKnown) {
  const auto try_it = [&](const rtp::ElementList& extensions, uint8_t payload_type = 96) {
    Vp8Encoder cam(9);
    cam.extensions = extensions;
    cam.payload_type = payload_type;
    const uint64_t before = h.drops(DropReason::kUnknownSsrc);
    Send(cam.Key());
    return h.drops(DropReason::kUnknownSsrc) - before;
  };
  EXPECT_EQ(try_it({}), 1u);
  EXPECT_EQ(try_it({{kMid, Text("w")}, {kRid, Text("lo")}}), 1u);
  EXPECT_EQ(try_it({{kMid, Text("v")}, {kRid, Text("none")}}), 1u);
  EXPECT_EQ(try_it({{kMid, Text("v")}}), 1u);
  EXPECT_EQ(try_it({{kRid, Text("lo")}}), 1u);
  // Forward error correction of the same MID and RID does not take the media's place.
  EXPECT_EQ(try_it({{kMid, Text("v")}, {kRid, Text("lo")}}, 100), 1u);
  EXPECT_EQ(try_it({{kMid, Text("v")}, {kRepairedRid, Text("lo")}}, 96), 1u);
  EXPECT_THAT(Send(cams[0].Key()), SizeIs(1));
}

TEST_F(RidTest, RetransmissionsAreKnownByTheirRepairedRid) {
  Want(0);
  Send(cams[0].Key());
  const Octets lost = cams[0].Delta();
  h.Receive(kAlice, cams[0].Delta());
  const auto view = rtp::ParsePacket(lost);
  Octets payload = {static_cast<uint8_t>(view->sequence.value() >> 8),
                    static_cast<uint8_t>(view->sequence.value())};
  payload.insert(payload.end(), view->payload().begin(), view->payload().end());
  const Octets rtx =
      Packet({.ssrc = 77, .sequence = 5, .timestamp = view->timestamp.value(), .payload_type = 97},
             payload, {{kMid, Text("v")}, {kRepairedRid, Text("lo")}});
  const std::vector<Got> got = Vp8To(h.Receive(kAlice, rtx), kBob);
  ASSERT_THAT(got, SizeIs(1));
  EXPECT_EQ(got[0].sequence, static_cast<uint16_t>(bob.packets().front().sequence + 1));
  EXPECT_EQ(got[0].tag->frame, 1u);
  EXPECT_EQ(got[0].payload_type, 96);
}

}  // namespace
}  // namespace baton::relay::test
