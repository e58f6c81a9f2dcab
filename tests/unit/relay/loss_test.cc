// What the relay does about packets of a publisher that do not come, come late, or come twice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "rtp/extension_values.h"
#include "tests/unit/relay/rtcp_call.h"

namespace baton::relay::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class LossTest : public CallTest {
 protected:
  using CallTest::CallTest;
  EncodingStatistics Camera() { return h.Statistics("demo").tracks[0].encodings[0]; }
  std::vector<Sent> Repair(const Octets& original, uint16_t rtx_number = 500) {
    return h.Receive(kAlice, AsRtx(original, kCameraRtx, 97, rtx_number));
  }
};

TEST_F(LossTest, AGapIsAskedForWhenItIsOlderThanReordering) {
  Media(1);
  Media(4);
  h.Advance(Ms(9));
  EXPECT_THAT(TakeNacked(), IsEmpty());
  h.Advance(Ms(1));
  EXPECT_THAT(TakeNacked(), ElementsAre(2, 3));
  EXPECT_EQ(Camera().nacked, 2u);
}

TEST_F(LossTest, WhatIsOnlyLateIsNotAskedFor) {
  Media(1);
  Media(3);
  h.Advance(Ms(9));
  Media(2);
  h.Advance(Ms(2000));
  EXPECT_THAT(TakeNacked(), IsEmpty());
  EXPECT_EQ(Camera().retransmitted, 0u);
}

TEST_F(LossTest, ARequestIsRepeatedLessAndLessOften) {
  Media(1);
  Media(3);
  h.Advance(Ms(10));
  EXPECT_THAT(TakeNacked(), ElementsAre(2));
  h.Advance(Ms(99));  // the round trip is not known: 100 ms
  EXPECT_THAT(TakeNacked(), IsEmpty());
  h.Advance(Ms(1));
  EXPECT_THAT(TakeNacked(), ElementsAre(2));
  h.Advance(Ms(149));
  EXPECT_THAT(TakeNacked(), IsEmpty());
  h.Advance(Ms(1));
  EXPECT_THAT(TakeNacked(), ElementsAre(2));
}

TEST_F(LossTest, WhatIsGivenUpLeadsToAKeyFrameRequest) {
  h.Advance(Ms(10));
  Media(1);  // a key frame: nothing is wanted
  h.Advance(Ms(2000));
  Delta(2);
  Delta(4);
  h.TakeRtcp();
  h.Advance(Ms(999));
  EXPECT_THAT(Take(rtp::RtcpKind::kPictureLoss), IsEmpty());
  h.Advance(Ms(11));
  EXPECT_THAT(Take(rtp::RtcpKind::kPictureLoss), SizeIs(1));
  Media(5);
  h.Advance(Ms(3000));
  EXPECT_THAT(
      PacketsIn(h.TakeRtcp()),
      testing::Each(testing::Field(
          &SentRtcp::packet, testing::Field(&rtp::RtcpPacket::kind,
                                            testing::AnyOf(rtp::RtcpKind::kReceiverReport,
                                                           rtp::RtcpKind::kSourceDescription)))));
}

TEST_F(LossTest, MoreThanOneNackHoldsIsAskedForAtTheNextTick) {
  Media(1);
  Media(102);
  h.Advance(Ms(10));
  EXPECT_THAT(TakeNacked(), SizeIs(64));
  h.Advance(Ms(10));
  const std::vector<uint16_t> rest = TakeNacked();
  ASSERT_THAT(rest, SizeIs(36));
  EXPECT_EQ(rest.front(), 66);
  EXPECT_EQ(rest.back(), 101);
}

TEST_F(LossTest, NumbersAreThePublishersAcrossTheWrap) {
  Media(65'534);
  Media(1);
  h.Advance(Ms(10));
  EXPECT_THAT(TakeNacked(), ElementsAre(65'535, 0));
}

TEST_F(LossTest, NumbersAreThePublishersAfterItBeganAnew) {
  Media(1);
  Media(2);
  EXPECT_THAT(Media(40'000), IsEmpty());
  EXPECT_THAT(Media(40'001), SizeIs(2));
  Media(40'004);
  h.Advance(Ms(10));
  // The one that announced the restart was dropped, and can be had again.
  EXPECT_THAT(TakeNacked(), ElementsAre(40'000, 40'002, 40'003));
}

TEST_F(LossTest, ARoundTripIsMeasuredByOneAnsweredRequest) {
  Media(1);
  Media(3);
  h.Advance(Ms(10));
  h.Advance(Ms(33));
  Media(2);
  EXPECT_EQ(h.Statistics("demo").tracks[0].round_trip, Ms(33));
  EXPECT_EQ(Camera().retransmitted, 1u);
  EXPECT_EQ(h.metrics().repaired.value(), 1u);
}

TEST_F(LossTest, LatePacketsKeepTheirPlace) {
  const uint16_t first = NumberOf(Copy(kBob, Media(1)));
  EXPECT_EQ(NumberOf(Copy(kBob, Media(4))), static_cast<uint16_t>(first + 3));
  EXPECT_EQ(NumberOf(Copy(kBob, Media(3))), static_cast<uint16_t>(first + 2));
  EXPECT_EQ(NumberOf(Copy(kBob, Media(2))), static_cast<uint16_t>(first + 1));
  EXPECT_EQ(NumberOf(Copy(kBob, Media(5))), static_cast<uint16_t>(first + 4));
}

TEST_F(LossTest, DuplicatesAreDropped) {
  Media(1);
  EXPECT_THAT(Media(1), IsEmpty());
  Media(2);
  EXPECT_THAT(Media(1), IsEmpty());
  EXPECT_EQ(h.drops(DropReason::kDuplicate), 2u);
}

TEST_F(LossTest, ARetransmissionFillsTheGapInItsPlace) {
  const std::vector<Sent> before = Media(1);
  Media(3);
  h.Advance(Ms(10));
  h.TakeRtcp();
  const Octets original = Rtp(Fields(2));
  const std::vector<Sent> sent = Repair(original);
  ASSERT_THAT(sent, SizeIs(2));
  for (const std::string_view who : {kBob, kCarol}) {
    const Sent copy = Copy(who, sent);
    const Sent first = Copy(who, before);
    EXPECT_EQ(NumberOf(copy), static_cast<uint16_t>(NumberOf(first) + 1));
    EXPECT_EQ(copy.rtp()->timestamp.value(), first.rtp()->timestamp.value() + 3000);
    EXPECT_EQ(copy.rtp()->ssrc, first.rtp()->ssrc);
    EXPECT_EQ(copy.rtp()->payload_type, rtp::PayloadType(96));
    EXPECT_TRUE(testing::Value(Octets(copy.bytes.begin() + 12, copy.bytes.end()),
                               testing::ElementsAreArray(original.begin() + 12, original.end())));
  }
  EXPECT_EQ(Camera().retransmitted, 1u);
  h.Advance(Ms(1500));
  EXPECT_THAT(TakeNacked(), IsEmpty());
}

TEST_F(LossTest, ARetransmissionIsNotCountedInLossAndJitter) {
  Media(1);
  Media(3);
  const uint32_t jitter = Camera().jitter;
  h.Advance(Ms(40));
  Repair(Rtp(Fields(2)));
  EXPECT_EQ(Camera().lost, 1);
  EXPECT_EQ(Camera().packets, 2u);
  EXPECT_EQ(Camera().jitter, jitter);
}

TEST_F(LossTest, ARetransmissionOfWhatCameIsADuplicate) {
  Media(1);
  EXPECT_THAT(Repair(Rtp(Fields(1))), IsEmpty());
  Media(3);
  EXPECT_THAT(Repair(Rtp(Fields(2)), 501), SizeIs(2));
  EXPECT_THAT(Media(2), IsEmpty());
  EXPECT_EQ(h.drops(DropReason::kDuplicate), 2u);
}

TEST_F(LossTest, EmptyRetransmissionsAreCounted) {
  Media(1);
  for (const size_t size : {0, 1}) {
    EXPECT_THAT(
        h.Receive(kAlice, Rtp({.ssrc = kCameraRtx, .payload_type = 97, .payload_size = size})),
        IsEmpty());
  }
  EXPECT_EQ(h.drops(DropReason::kRetransmissionEmpty), 2u);
}

TEST_F(LossTest, HoweverManyRetransmissionsABatchBringsAllAreTaken) {
  Media(1);
  Media(66);
  std::vector<std::pair<Flow, Octets>> batch;
  for (uint16_t i = 2; i <= 65; ++i) {
    RtpFields fields = Fields(i);
    fields.payload_size = 3'000;
    batch.push_back({Flow{Address(kAlice), 0}, AsRtx(Rtp(fields), kCameraRtx, 97, i)});
  }
  const std::vector<Sent> sent = To(kBob, h.ReceiveBatch(batch));
  ASSERT_THAT(sent, SizeIs(64));
  for (const Sent& s : sent) EXPECT_EQ(s.rtp()->payload().size(), 3'000u);
  EXPECT_EQ(h.drops(DropReason::kRetransmissionEmpty), 0u);
}

TEST_F(LossTest, ARetransmissionHasItsPayloadType) {
  Media(1);
  Media(3);
  EXPECT_THAT(h.Receive(kAlice, AsRtx(Rtp(Fields(2)), kCameraRtx, 96, 1)), IsEmpty());
  EXPECT_EQ(h.drops(DropReason::kUnexpectedPayloadType), 1u);
}

TEST_F(LossTest, ARetransmissionTellsNothingNew) {
  EXPECT_THAT(Repair(Rtp(Fields(1))), IsEmpty());  // before anything has come
  Media(10);
  EXPECT_THAT(Repair(Rtp(Fields(11))), IsEmpty());
  EXPECT_THAT(Repair(Rtp(Fields(30'000))), IsEmpty());
  EXPECT_EQ(h.drops(DropReason::kSequenceJump), 3u);
  EXPECT_THAT(Media(11), SizeIs(2));
}

class SilentLossTest : public LossTest {
 protected:
  SilentLossTest() : LossTest(SmallConfig(), Feedback{.nack = false}) {}
};

TEST_F(SilentLossTest, WhoDoesNotUnderstandNackIsNotAsked) {
  Media(1);
  Delta(3);
  h.Receive(kBob, Nack(kToBob, {2}));
  h.Advance(Ms(900));
  EXPECT_THAT(TakeNacked(), IsEmpty());
  EXPECT_EQ(Camera().nacked, 0u);
  h.TakeRtcp();
  h.Advance(Ms(110));
  EXPECT_THAT(Take(rtp::RtcpKind::kPictureLoss), SizeIs(1));
}

// Streams that are known by MID and RID (RFC 8852).
class RepairedRidTest : public testing::Test {
 protected:
  static constexpr uint8_t kMid = 1;
  static constexpr uint8_t kRid = 2;
  static constexpr uint8_t kRepaired = 3;

  RepairedRidTest() {
    h.Do(Room("demo", SubscribeMode::kManual));
    AddPlainEndpoint alice = Plain("demo", "alice", kAlice);
    alice.parameters.extensions.Set(rtp::ExtensionKind::kMid, kMid);
    alice.parameters.extensions.Set(rtp::ExtensionKind::kRid, kRid);
    alice.parameters.extensions.Set(rtp::ExtensionKind::kRepairedRid, kRepaired);
    h.Do(alice);
    h.Do(Plain("demo", "bob", kBob));
    TrackParameters camera = Video(0);
    camera.encodings = {};
    camera.encodings.push_back({{}, StreamId("q"), {}});
    camera.encodings.push_back({{}, StreamId("f"), {}});
    camera.rtx_payload_type = rtp::PayloadType(97);
    camera.mid = StreamId("m");
    EXPECT_EQ(h.Do(Publish("demo", "alice", "cam", camera)), CommandError::kNone);
    h.Do(AddLeg{LegOf("demo", "bob", "alice", "cam"), rtp::Ssrc(kToBob), {}, {}, {}, {}});
  }
  // With a header extension of one-byte elements that say whose it is.
  static Octets Tagged(const RtpFields& fields, uint8_t id, char rid) {
    Octets bytes = Rtp(fields);
    bytes[0] |= 0x10;
    const Octets extension = {0xBE,
                              0xDE,
                              0,
                              1,
                              static_cast<uint8_t>(kMid << 4),
                              'm',
                              static_cast<uint8_t>(id << 4),
                              static_cast<uint8_t>(rid)};
    bytes.insert(bytes.begin() + rtp::kFixedHeaderSize, extension.begin(), extension.end());
    return bytes;
  }

  Harness h;
};

TEST_F(RepairedRidTest, ARetransmissionSaysWhoseItIs) {
  EXPECT_THAT(h.Receive(kAlice, Tagged({.ssrc = 71, .sequence = 1}, kRid, 'q')), SizeIs(1));
  EXPECT_THAT(h.Receive(kAlice, Tagged({.ssrc = 71, .sequence = 3}, kRid, 'q')), SizeIs(1));
  const Octets lost = Tagged({.ssrc = 71, .sequence = 2}, kRepaired, 'q');
  EXPECT_THAT(h.Receive(kAlice, AsRtx(lost, 72, 97, 900)), SizeIs(1));
  const RoomStatistics statistics = h.Statistics("demo");
  const auto& encodings = statistics.tracks[0].encodings;
  EXPECT_EQ(encodings[0].ssrc, rtp::Ssrc(71));
  EXPECT_EQ(encodings[0].packets, 2u);
  EXPECT_EQ(encodings[0].lost, 1);
  EXPECT_EQ(encodings[1].packets, 0u);
}

}  // namespace
}  // namespace baton::relay::test
