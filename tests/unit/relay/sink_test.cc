// Sinks, which recordings are: what they may be and get, and what it is to the others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/relay/rtcp_call.h"

namespace baton::relay::test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;

constexpr CommandError kOk = CommandError::kNone;
constexpr TapNumber kTap = 7;
constexpr uint32_t kToSink = 700;
constexpr uint64_t kNtp = uint64_t{3'900'000'000} << 32;

std::vector<Sent> ToTap(const std::vector<Sent>& sent, TapNumber tap = kTap) {
  std::vector<Sent> to;
  for (const Sent& s : sent) {
    if (s.to == TapFlow(tap)) to.push_back(s);
  }
  return to;
}

// Bob's and carol's call, and a recording of alice's camera.
class SinkTest : public CallTest {
 protected:
  SinkTest() {
    EXPECT_EQ(h.Do(AddSinkEndpoint{N("demo"), N("rec"), kTap}), kOk);
    EXPECT_EQ(Tap(kToSink), kOk);
    h.TakeEvents();
  }
  static LegName SinkLeg() { return LegOf("demo", "rec", "alice", "cam"); }
  CommandError Tap(uint32_t ssrc) {
    return h.Do(AddLeg{SinkLeg(), rtp::Ssrc(ssrc), rtp::PayloadType(96), {}, {}, {}});
  }
  std::vector<rtp::RtcpKind> TakeKindsToTap() {
    std::vector<rtp::RtcpKind> kinds;
    for (const SentRtcp& packet : PacketsIn(ToTap(h.TakeRtcp()))) {
      kinds.push_back(packet.packet.kind);
    }
    return kinds;
  }
};

TEST_F(SinkTest, GetsItsLegsAsPeersDo) {
  const std::vector<Sent> sent = Media(1);
  EXPECT_THAT(sent, SizeIs(3));
  const std::vector<Sent> tapped = ToTap(sent);
  ASSERT_THAT(tapped, SizeIs(1));
  EXPECT_EQ(tapped[0].rtp()->ssrc, rtp::Ssrc(kToSink));
  EXPECT_EQ(tapped[0].rtp()->payload_type, rtp::PayloadType(96));
  const uint16_t first = NumberOf(tapped[0]);
  EXPECT_EQ(NumberOf(ToTap(Delta(2)).at(0)), static_cast<uint16_t>(first + 1));
  h.Do(PauseLeg{SinkLeg(), true});
  EXPECT_THAT(ToTap(Delta(3)), IsEmpty());
  h.Do(PauseLeg{SinkLeg(), false});
  EXPECT_THAT(ToTap(Delta(4)), IsEmpty());  // waits for a key frame, as others do
  EXPECT_EQ(NumberOf(ToTap(Media(5)).at(0)), static_cast<uint16_t>(first + 2));
}

TEST_F(SinkTest, IsCountedApartFromTheWire) {
  const uint64_t packets = h.packets_out(PacketKind::kRtp);
  const uint64_t size = Media(1)[0].bytes.size();
  EXPECT_EQ(h.packets_out(PacketKind::kRtp), packets + 2);
  EXPECT_EQ(h.metrics().tapped.packets.value(), 1u);
  EXPECT_EQ(h.metrics().tapped.bytes.value(), size);
  h.TakeRtcp();
  const uint64_t rtcp = h.packets_out(PacketKind::kRtcp);
  const uint64_t tapped = h.metrics().tapped.packets.value();
  h.Advance(Ms(7000));
  const std::vector<Sent> sent = h.TakeRtcp();
  EXPECT_THAT(ToTap(sent), testing::Not(IsEmpty()));
  EXPECT_EQ(h.metrics().tapped.packets.value() - tapped, ToTap(sent).size());
  EXPECT_EQ(h.packets_out(PacketKind::kRtcp) - rtcp, sent.size() - ToTap(sent).size());
}

TEST_F(SinkTest, GetsReportsNamesAndGoodbyes) {
  h.Receive(kAlice, SenderReport(kCamera, kNtp, 3000));
  Media(1);
  h.TakeRtcp();
  h.Advance(Ms(4500));
  EXPECT_THAT(TakeKindsToTap(),
              testing::IsSupersetOf({rtp::RtcpKind::kReceiverReport, rtp::RtcpKind::kSenderReport,
                                     rtp::RtcpKind::kSourceDescription}));
  h.Do(RemoveLeg{SinkLeg()});
  EXPECT_THAT(TakeKindsToTap(), testing::Contains(rtp::RtcpKind::kGoodbye));
  Tap(kToSink + 1);
  Media(2);
  h.TakeRtcp();
  h.Do(UnpublishTrack{N("demo"), N("alice"), N("cam")});
  EXPECT_THAT(TakeKindsToTap(), testing::Contains(rtp::RtcpKind::kGoodbye));
}

TEST_F(SinkTest, ItsReportsTellThePublishersTime) {
  h.Receive(kAlice, SenderReport(kCamera, kNtp, 3000));
  Media(1);
  h.TakeRtcp();
  h.Advance(Ms(4500));
  for (const SentRtcp& packet : PacketsIn(ToTap(h.TakeRtcp()))) {
    if (packet.packet.kind != rtp::RtcpKind::kSenderReport) continue;
    const rtp::SenderInfo info = rtp::ReadSenderInfo(packet.view());
    EXPECT_EQ(info.sender, rtp::Ssrc(kToSink));
    EXPECT_GE(info.ntp_timestamp, kNtp);
    EXPECT_EQ(info.packet_count, 1u);
  }
}

// It says nothing: nothing is expected of it, and nothing made up in its place.
TEST_F(SinkTest, IsNeverLostNorSilent) {
  for (uint16_t i = 1; i < 100; ++i) {
    Media(i);
    h.Advance(Ms(1000));
  }
  EXPECT_THAT(ToTap(Media(100)), SizeIs(1));
  for (const std::string& event : h.TakeEventTexts()) {
    EXPECT_EQ(event.find(" rec"), std::string::npos) << event;
  }
  const RoomStatistics statistics = h.Statistics("demo");
  for (const EndpointStatistics& endpoint : statistics.endpoints) {
    if (endpoint.endpoint != "rec") continue;
    EXPECT_FALSE(endpoint.speaking);
    EXPECT_EQ(endpoint.round_trip, Duration::zero());
    EXPECT_EQ(endpoint.estimated_bitrate, 0u);
  }
  for (const LegStatistics& leg : statistics.legs) {
    if (leg.subscriber != "rec") continue;
    EXPECT_EQ(leg.packets, 100u);
    EXPECT_EQ(leg.lost, 0);
    EXPECT_EQ(leg.fraction_lost, 0);
    EXPECT_EQ(leg.jitter, 0u);
    EXPECT_EQ(leg.round_trip, Duration::zero());
  }
}

TEST_F(SinkTest, GetsNoHeaderExtensions) {
  AddPlainEndpoint dave = Plain("demo", "dave", "192.0.2.4:5004");
  dave.parameters.extensions.Set(rtp::ExtensionKind::kAudioLevel, 1);
  h.Do(dave);
  h.Do(Publish("demo", "dave", "mic", Audio(9)));
  h.Do(AddLeg{LegOf("demo", "rec", "dave", "mic"), rtp::Ssrc(701), {}, {}, {}, {}});
  Octets packet = Rtp({.ssrc = 9, .payload_type = 111});
  packet[0] |= 0x10;
  constexpr uint8_t kExtension[] = {0xbe, 0xde, 0, 1, 0x10, 0x85, 0, 0};
  packet.insert(packet.begin() + rtp::kFixedHeaderSize, std::begin(kExtension),
                std::end(kExtension));
  const std::vector<Sent> tapped = ToTap(h.Receive("192.0.2.4:5004", packet));
  ASSERT_THAT(tapped, SizeIs(1));
  EXPECT_FALSE(tapped[0].rtp()->has_extension);
  EXPECT_EQ(tapped[0].bytes.size(), packet.size() - sizeof kExtension);
}

TEST_F(SinkTest, IsRepeatableAndHasATapOfItsOwn) {
  EXPECT_EQ(h.Do(AddSinkEndpoint{N("demo"), N("rec"), kTap}), kOk);
  EXPECT_THAT(h.TakeEvents(), IsEmpty());
  EXPECT_EQ(h.Do(AddSinkEndpoint{N("demo"), N("rec"), 8}), CommandError::kContradicts);
  EXPECT_EQ(h.Do(AddSinkEndpoint{N("demo"), N("alice"), 8}), CommandError::kContradicts);
  EXPECT_EQ(h.Do(Plain("demo", "rec", "192.0.2.9:5004")), CommandError::kContradicts);
  EXPECT_EQ(h.Do(AddSinkEndpoint{N("demo"), N("other"), kTap}), CommandError::kTapInUse);
  EXPECT_EQ(h.Do(AddSinkEndpoint{N("demo"), N("other"), kMaxTaps}),
            CommandError::kInvalidParameter);
  EXPECT_EQ(h.Do(AddSinkEndpoint{N("demo"), N("a/b"), 8}), CommandError::kInvalidName);
  EXPECT_EQ(h.Do(AddSinkEndpoint{N("nowhere"), N("rec"), 8}), CommandError::kNoSuchRoom);
  EXPECT_EQ(h.Do(AddSinkEndpoint{N("demo"), N("other"), kMaxTaps - 1}), kOk);
  EXPECT_THAT(h.TakeEventTexts(), ElementsAre("endpoint-added demo other sink"));
  EXPECT_EQ(h.Do(SetIceRemote{N("demo"), N("rec"), Credentials("peer")}), CommandError::kNotIce);
}

TEST_F(SinkTest, TwoRecordingsOfARoomDoNotDisturbEachOther) {
  EXPECT_EQ(h.Do(AddSinkEndpoint{N("demo"), N("other"), 8}), kOk);
  h.Do(AddLeg{LegOf("demo", "other", "alice", "cam"), rtp::Ssrc(kToSink), {}, {}, {}, {}});
  const std::vector<Sent> sent = Media(1);
  EXPECT_THAT(ToTap(sent), SizeIs(1));
  EXPECT_THAT(ToTap(sent, 8), SizeIs(1));
}

TEST_F(SinkTest, ItsTapIsFreeWhenItIsGone) {
  Media(1);
  EXPECT_EQ(h.Do(RemoveEndpoint{N("demo"), N("rec")}), kOk);
  EXPECT_EQ(h.TakeEventTexts().back(), "endpoint-removed demo rec");
  EXPECT_THAT(ToTap(Media(2)), IsEmpty());
  h.TakeRtcp();
  h.Advance(Ms(10'000));
  EXPECT_THAT(ToTap(h.TakeRtcp()), IsEmpty());
  EXPECT_EQ(h.Do(AddSinkEndpoint{N("demo"), N("again"), kTap}), kOk);
  EXPECT_EQ(h.Do(CloseRoom{N("demo")}), kOk);
  h.Do(Room("demo"));
  EXPECT_EQ(h.Do(AddSinkEndpoint{N("demo"), N("rec"), kTap}), kOk);
}

TEST_F(SinkTest, PublishesNothing) {
  EXPECT_EQ(h.Do(Publish("demo", "rec", "cam", Video(1))), CommandError::kIsSink);
}

TEST_F(SinkTest, HasNoRetransmission) {
  h.Do(RemoveLeg{SinkLeg()});
  AddLeg add{SinkLeg(), {}, {}, {}, {}, {}};
  add.rtx_payload_type = rtp::PayloadType(99);
  EXPECT_EQ(h.Do(add), CommandError::kIsSink);
  add.rtx_payload_type.reset();
  add.rtx_ssrc = rtp::Ssrc(5);
  EXPECT_EQ(h.Do(add), CommandError::kIsSink);
  add.rtx_ssrc.reset();
  EXPECT_EQ(h.Do(add), kOk);
}

// What pretends to come from a tap's address comes from nowhere.
TEST_F(SinkTest, NothingOnTheWireIsItsOwn) {
  h.Receive("0.0.0.0:7", PictureLoss(kToSink));
  EXPECT_EQ(h.drops(DropReason::kUnknownFlow), 1u);
}

TEST_F(SinkTest, AKeyFrameIsAskedForOncePerInterval) {
  h.Advance(Ms(10));
  Media(1);
  h.Advance(Ms(1000));
  h.TakeRtcp();
  EXPECT_EQ(h.Do(RequestKeyFrame{SinkLeg()}), kOk);
  h.Receive(kBob, PictureLoss(kToBob));
  h.Advance(Ms(0));
  EXPECT_THAT(Take(rtp::RtcpKind::kPictureLoss), SizeIs(1));
  EXPECT_EQ(h.Do(RequestKeyFrame{SinkLeg()}), kOk);
  h.Advance(Ms(499));
  EXPECT_THAT(Take(rtp::RtcpKind::kPictureLoss), IsEmpty());
  h.Advance(Ms(1));
  EXPECT_THAT(Take(rtp::RtcpKind::kPictureLoss), SizeIs(1));
  for (const LegStatistics& leg : h.Statistics("demo").legs) {
    EXPECT_EQ(leg.key_frame_requests, leg.subscriber == "rec" ? 2u : leg.subscriber == "bob");
  }
  EXPECT_EQ(h.Do(RequestKeyFrame{LegOf("demo", "rec", "alice", "mic")}),
            CommandError::kNoSuchTrack);
  h.Do(RemoveLeg{SinkLeg()});
  EXPECT_EQ(h.Do(RequestKeyFrame{SinkLeg()}), CommandError::kNoSuchLeg);
}

TEST(Sink, NoLegComesToItUnasked) {
  Harness h;
  h.Do(Room("demo"));
  h.Do(Plain("demo", "alice", kAlice));
  h.Do(Publish("demo", "alice", "cam", Video(1)));
  h.TakeEvents();
  EXPECT_EQ(h.Do(AddSinkEndpoint{N("demo"), N("rec"), 0}), kOk);
  EXPECT_EQ(h.Do(Publish("demo", "alice", "mic", Audio(2))), kOk);
  EXPECT_THAT(h.TakeEventTexts(), ElementsAre("endpoint-added demo rec sink",
                                              testing::StartsWith("track-published demo alice")));
  EXPECT_THAT(h.Receive(kAlice, Rtp({.ssrc = 1})), IsEmpty());
  EXPECT_EQ(h.metrics().legs.value(), 0);
}

// Nor does it take the place of a leg that somebody else is to get.
TEST(Sink, LimitsOfTracksCountOnlyThoseWhoSubscribe) {
  CoreConfig config = SmallConfig();
  config.limits.legs_per_track = 1;
  Harness h(config);
  h.Do(Room("demo"));
  h.Do(Plain("demo", "alice", kAlice));
  h.Do(Plain("demo", "bob", kBob));
  EXPECT_EQ(h.Do(AddSinkEndpoint{N("demo"), N("rec"), 0}), kOk);
  EXPECT_EQ(h.Do(Publish("demo", "alice", "cam", Video(1))), kOk);
  EXPECT_EQ(h.Do(AddLeg{LegOf("demo", "rec", "alice", "cam"), {}, {}, {}, {}, {}}),
            CommandError::kTooManyLegsOfTrack);
}

// It needs a place of its own among a room's endpoints, and none for legs that it will not get.
TEST(Sink, LimitsOfEndpointsHold) {
  CoreConfig config = SmallConfig();
  config.limits.endpoints_per_room = 2;
  config.limits.legs = 1;
  Harness h(config);
  h.Do(Room("demo"));
  h.Do(Plain("demo", "alice", kAlice));
  h.Do(Publish("demo", "alice", "cam", Video(1)));
  h.Do(Publish("demo", "alice", "mic", Audio(2)));
  EXPECT_EQ(h.Do(Plain("demo", "bob", kBob)), CommandError::kTooManyLegs);
  EXPECT_EQ(h.Do(AddSinkEndpoint{N("demo"), N("rec"), 0}), kOk);
  EXPECT_EQ(h.Do(AddSinkEndpoint{N("demo"), N("rec2"), 1}), CommandError::kTooManyEndpointsInRoom);
}

TEST(Sink, GetsTheHighestEncoding) {
  Harness h;
  h.Do(Room("demo", SubscribeMode::kManual));
  h.Do(Plain("demo", "alice", kAlice));
  TrackParameters camera = Video(1);
  camera.encodings.push_back({rtp::Ssrc(2), {}, {}});
  h.Do(Publish("demo", "alice", "cam", camera));
  h.Do(AddSinkEndpoint{N("demo"), N("rec"), 0});
  h.Do(AddLeg{LegOf("demo", "rec", "alice", "cam"), {}, {}, {}, {}, {}});
  for (uint16_t i = 1; i <= 3; ++i) {
    h.Receive(kAlice, Rtp({.ssrc = 1, .sequence = i, .timestamp = i * 3000u}));
    const auto sent = h.Receive(
        kAlice, Rtp({.ssrc = 2, .sequence = i, .timestamp = i * 3000u, .payload_size = 333}));
    if (i == 1) continue;  // of what arrives first the lowest is all that there is
    EXPECT_THAT(ToTap(sent, 0), SizeIs(1));
    EXPECT_EQ(sent.at(0).bytes.size(), 12u + 333);
  }
}

}  // namespace
}  // namespace baton::relay::test
