// When and how the relay asks a publisher for a key frame.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/relay/rtcp_call.h"

namespace baton::relay::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class KeyFramesTest : public CallTest {
 protected:
  using CallTest::CallTest;
  // Requests that alice was sent since the last call, which have to be well-formed.
  size_t Requests() {
    size_t requests = 0;
    for (const SentRtcp& request : Take(rtp::RtcpKind::kPictureLoss)) {
      EXPECT_EQ(request.to.remote, Address(kAlice));
      EXPECT_EQ(rtp::FeedbackMedia(request.view()), rtp::Ssrc(kCamera));
      ++requests;
    }
    return requests;
  }
  // Nobody waits for a key frame, and a request may be sent at any time.
  void Settle() {
    h.Advance(Ms(10));
    Media(next_++);
    h.Advance(Ms(1000));
    h.TakeRtcp();
  }
  std::vector<Sent> KeyFrame() { return Media(next_++); }
  std::vector<Sent> OtherFrame() { return Delta(next_++); }

  uint16_t next_ = 1;
};

TEST_F(KeyFramesTest, OneIsAskedForWhenALegStarts) {
  h.Advance(Ms(0));
  EXPECT_EQ(Requests(), 1u);  // for both legs
}

TEST_F(KeyFramesTest, ARequestIsPassedOnAndAnswered) {
  Settle();
  EXPECT_EQ(Requests(), 0u);
  h.Receive(kBob, PictureLoss(kToBob));
  h.Advance(Ms(0));
  EXPECT_EQ(Requests(), 1u);
  KeyFrame();
  h.Advance(Ms(3000));
  EXPECT_EQ(Requests(), 0u);
  EXPECT_EQ(h.Statistics("demo").tracks[0].encodings[0].key_frame_requests, 2u);
}

TEST_F(KeyFramesTest, AFullIntraRequestIsAsGood) {
  Settle();
  h.Receive(kBob, FullIntra(kToBob, 1));
  h.Advance(Ms(0));
  EXPECT_EQ(Requests(), 1u);
}

TEST_F(KeyFramesTest, RequestsAreMergedAndTheNextIsPutOff) {
  Settle();
  h.Receive(kBob, PictureLoss(kToBob));
  h.Receive(kCarol, FullIntra(kToCarol, 1));
  h.Advance(Ms(0));
  EXPECT_EQ(Requests(), 1u);
  OtherFrame();
  h.Advance(Ms(100));
  h.Receive(kCarol, PictureLoss(kToCarol));
  h.Receive(kBob, PictureLoss(kToBob));
  h.Advance(Ms(399));
  EXPECT_EQ(Requests(), 0u);
  h.Advance(Ms(1));
  EXPECT_EQ(Requests(), 1u);
  for (const LegStatistics& leg : h.Statistics("demo").legs) EXPECT_EQ(leg.key_frame_requests, 2u);
}

TEST_F(KeyFramesTest, WhatIsPutOffIsDroppedWhenAKeyFrameCame) {
  Settle();
  h.Receive(kBob, PictureLoss(kToBob));
  h.Advance(Ms(100));
  EXPECT_EQ(Requests(), 1u);
  h.Receive(kCarol, PictureLoss(kToCarol));
  KeyFrame();
  h.Advance(Ms(3000));
  EXPECT_EQ(Requests(), 0u);
}

TEST_F(KeyFramesTest, ARequestIsRepeatedUntilItIsAnswered) {
  Settle();
  h.Receive(kBob, PictureLoss(kToBob));
  h.Advance(Ms(0));
  EXPECT_EQ(Requests(), 1u);
  for (int i = 0; i < 3; ++i) {
    OtherFrame();
    h.Advance(Ms(999));
    EXPECT_EQ(Requests(), 0u);
    h.Advance(Ms(1));
    EXPECT_EQ(Requests(), 1u);
  }
  KeyFrame();
  h.Advance(Ms(3000));
  EXPECT_EQ(Requests(), 0u);
}

TEST_F(KeyFramesTest, OneIsAskedForWhenALegResumes) {
  Settle();
  Pause(true);
  h.Advance(Ms(1000));
  EXPECT_EQ(Requests(), 0u);
  Pause(false);
  h.Advance(Ms(0));
  EXPECT_EQ(Requests(), 1u);
}

TEST_F(KeyFramesTest, OneIsAskedForWhenASubscriberBecomesReachable) {
  IcePeer dave{.own = Credentials("peer"), .relay = Credentials("dave")};
  h.Do(AddIceEndpoint{N("demo"), N("dave"), dave.relay, dave.own, {}});
  h.Do(AddLeg{LegOf("demo", "dave", "alice", "cam"), rtp::Ssrc(400), {}, {}, {}, {}});
  Settle();
  Prove(h, dave, "198.51.100.77:4000", true);
  h.Advance(Ms(0));
  EXPECT_EQ(Requests(), 1u);
}

TEST_F(KeyFramesTest, StreamsAreAskedForThemselves) {
  h.Do(Publish("demo", "alice", "screen", Video(5)));
  h.Do(AddLeg{LegOf("demo", "bob", "alice", "screen"), rtp::Ssrc(250), {}, {}, {}, {}});
  Settle();
  h.Receive(kAlice, Rtp({.ssrc = 5}));
  h.Advance(Ms(1000));
  h.TakeRtcp();
  h.Receive(kBob, PictureLoss(kToBob));
  h.Advance(Ms(10));
  h.Receive(kBob, PictureLoss(250));
  h.Advance(Ms(10));
  const std::vector<SentRtcp> requests = Take(rtp::RtcpKind::kPictureLoss);
  ASSERT_THAT(requests, SizeIs(2));
  EXPECT_EQ(rtp::FeedbackMedia(requests[0].view()), rtp::Ssrc(kCamera));
  EXPECT_EQ(rtp::FeedbackMedia(requests[1].view()), rtp::Ssrc(5));
}

TEST_F(KeyFramesTest, NobodyAsksForAnothersLeg) {
  Settle();
  h.Receive(kBob, PictureLoss(kToCarol));
  h.Receive(kCarol, FullIntra(kToBob, 3));
  h.Receive(kAlice, PictureLoss(kToBob));
  h.Receive(kBob, PictureLoss(kCamera));
  h.Receive("203.0.113.1:9", PictureLoss(kToBob));
  h.Advance(Ms(2000));
  EXPECT_EQ(Requests(), 0u);
}

TEST_F(KeyFramesTest, AudioHasNone) {
  h.Do(Publish("demo", "alice", "mic", Audio(5)));
  h.Do(AddLeg{LegOf("demo", "bob", "alice", "mic"), rtp::Ssrc(250), {}, {}, {}, {}});
  Settle();
  h.Receive(kBob, PictureLoss(250));
  h.Advance(Ms(1000));
  EXPECT_EQ(Requests(), 0u);
}

// An opaque stream's key frames are not seen, so that nobody knows whether a request was answered.
TEST_F(KeyFramesTest, WhereTheyAreNotSeenARequestIsNotRepeated) {
  TrackParameters opaque = Video(5);
  opaque.opaque = true;
  h.Do(Publish("demo", "alice", "sealed", opaque));
  h.Do(AddLeg{LegOf("demo", "bob", "alice", "sealed"), rtp::Ssrc(250), {}, {}, {}, {}});
  Settle();
  h.Receive(kBob, PictureLoss(250));
  h.Advance(Ms(5000));
  EXPECT_THAT(Take(rtp::RtcpKind::kPictureLoss), SizeIs(1));
}

TEST_F(KeyFramesTest, APublisherWithoutAnAddressIsAskedWhenItHasOne) {
  IcePeer dave{.own = Credentials("peer"), .relay = Credentials("dave")};
  h.Do(AddIceEndpoint{N("demo"), N("dave"), dave.relay, dave.own, {}});
  TrackParameters sealed = Video(70);
  sealed.opaque = true;  // a request is not repeated
  h.Do(Publish("demo", "dave", "cam", sealed));
  h.Do(AddLeg{LegOf("demo", "bob", "dave", "cam"), rtp::Ssrc(250), {}, {}, {}, {}});
  Settle();
  h.Advance(Ms(2000));
  h.TakeRtcp();
  const uint64_t counted = rtcp_out(rtp::RtcpKind::kPictureLoss);
  const std::string_view from = "198.51.100.77:4000";
  Prove(h, dave, from, true);
  h.Advance(Ms(1000));
  const std::vector<SentRtcp> requests = Take(rtp::RtcpKind::kPictureLoss);
  ASSERT_THAT(requests, SizeIs(1));
  EXPECT_EQ(requests[0].to.remote, Address(from));
  EXPECT_EQ(rtcp_out(rtp::RtcpKind::kPictureLoss), counted + 1);
}

class FullIntraTest : public KeyFramesTest {
 protected:
  FullIntraTest() : KeyFramesTest(SmallConfig(), {.picture_loss = false, .full_intra = true}) {}
};

TEST_F(FullIntraTest, IsUsedWherePictureLossIsNotUnderstood) {
  Settle();
  std::vector<uint8_t> commands;
  for (int i = 0; i < 2; ++i) {
    h.Receive(kBob, PictureLoss(kToBob));
    h.Advance(Ms(500));
    KeyFrame();
  }
  const std::vector<SentRtcp> sent = PacketsIn(h.TakeRtcp());
  for (const SentRtcp& packet : sent) {
    EXPECT_NE(packet.packet.kind, rtp::RtcpKind::kPictureLoss);
    if (packet.packet.kind != rtp::RtcpKind::kFullIntraRequest) continue;
    const rtp::RtcpPacket view = packet.view();
    ASSERT_EQ(rtp::FullIntraEntries(view), 1u);
    EXPECT_EQ(rtp::ReadFullIntraEntry(view, 0).source, rtp::Ssrc(kCamera));
    EXPECT_EQ(rtp::FeedbackMedia(view), rtp::Ssrc(0));  // RFC 5104 section 4.3.1.2
    commands.push_back(rtp::ReadFullIntraEntry(view, 0).command_sequence);
  }
  ASSERT_THAT(commands, SizeIs(2));
  EXPECT_EQ(commands[1], static_cast<uint8_t>(commands[0] + 1));
}

class NoKeyFrameFeedbackTest : public KeyFramesTest {
 protected:
  NoKeyFrameFeedbackTest()
      : KeyFramesTest(SmallConfig(), {.picture_loss = false, .full_intra = false}) {}
};

TEST_F(NoKeyFrameFeedbackTest, WhoUnderstandsNeitherIsNotAsked) {
  h.Receive(kBob, PictureLoss(kToBob));
  h.Advance(Ms(2000));
  EXPECT_THAT(Take(rtp::RtcpKind::kPictureLoss), IsEmpty());
  EXPECT_EQ(rtcp_out(rtp::RtcpKind::kFullIntraRequest), 0u);
  EXPECT_EQ(h.Statistics("demo").tracks[0].encodings[0].key_frame_requests, 0u);
}

}  // namespace
}  // namespace baton::relay::test
