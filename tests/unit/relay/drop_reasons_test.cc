// Every datagram, and every leg's copy, that goes no further is counted once, for the right reason.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "rtp/rtcp_write.h"
#include "tests/unit/relay/harness.h"

namespace baton::relay::test {
namespace {

using testing::IsEmpty;

constexpr std::string_view kAlice = "192.0.2.1:5004";
constexpr std::string_view kBob = "192.0.2.2:5004";

class DropReasonsTest : public testing::Test {
 protected:
  DropReasonsTest() {
    h.Do(Room("demo"));
    h.Do(Plain("demo", "alice", kAlice));
    h.Do(Plain("demo", "bob", kBob));
    h.Do(AddIceEndpoint{N("demo"), N("dave"), dave.relay, dave.own});
    h.Do(Publish("demo", "alice", "cam", Video(1)));
    h.Do(RemoveLeg{LegOf("demo", "dave", "alice", "cam")});
  }
  // The datagram is dropped, with this reason and no other, and nothing is sent because of it.
  void ExpectDrop(std::string_view from, const Octets& datagram, DropReason reason) {
    const uint64_t all = AllDrops();
    const uint64_t before = h.drops(reason);
    EXPECT_THAT(h.Receive(from, datagram), IsEmpty()) << Label(reason);
    EXPECT_EQ(h.drops(reason), before + 1) << Label(reason);
    EXPECT_EQ(AllDrops(), all + 1) << Label(reason);
  }
  uint64_t AllDrops() const {
    uint64_t sum = 0;
    for (const Counter& counter : h.metrics().drops) sum += counter.value();
    return sum;
  }

  IcePeer dave{.own = Credentials("peer"), .relay = Credentials("dave")};
  Harness h;
};

TEST_F(DropReasonsTest, WhatIsNoMedia) {
  ExpectDrop(kAlice, {}, DropReason::kNotMedia);
  ExpectDrop(kAlice, {0x80}, DropReason::kNotMedia);
  for (const int first : {4, 16, 22, 64, 79, 100, 127, 192, 255}) {
    ExpectDrop(kAlice, {static_cast<uint8_t>(first), 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
               DropReason::kNotMedia);
  }
}

TEST_F(DropReasonsTest, Stun) {
  ExpectDrop(kAlice, {0, 1, 0, 0}, DropReason::kStunMalformed);
  IcePeer stranger{.own = Credentials("peer"), .relay = Credentials("nobody")};
  ExpectDrop("192.0.2.50:1", stranger.Check(), DropReason::kStunUnauthenticated);
  ExpectDrop("127.0.0.1:9", dave.Check(), DropReason::kAddressRefused);
  ExpectDrop("198.51.100.1:7882", dave.Check(), DropReason::kAddressRefused);
  Octets indication = dave.Check();
  indication[1] = 0x11;
  ExpectDrop("192.0.2.50:1", indication, DropReason::kStunUnexpected);
  const std::vector<Sent> checks = ChecksIn(h.Receive("192.0.2.50:1", dave.Check()));
  ASSERT_EQ(checks.size(), 1u);
  Octets answer = dave.Answer(checks[0]);
  ExpectDrop("192.0.2.51:1", answer, DropReason::kStunUnexpected);
  ExpectDrop("192.0.2.50:1", dave.Answer(checks[0], "wrong"), DropReason::kStunUnauthenticated);
  h.Receive("192.0.2.50:1", answer);
  ExpectDrop("192.0.2.50:1", answer, DropReason::kStunUnexpected);  // it has been answered
}

TEST_F(DropReasonsTest, MediaOfNobody) {
  const Octets packet = Rtp({.ssrc = 1});
  Octets report(8);
  ByteWriter writer(report);
  rtp::WriteReceiverReport(rtp::Ssrc(1), {}, writer);
  for (const std::string_view from : {"192.0.2.99:5004", "192.0.2.1:5005", "192.0.2.2:5003"}) {
    ExpectDrop(from, packet, DropReason::kUnknownFlow);
    ExpectDrop(from, report, DropReason::kUnknownFlow);
  }
  h.Receive("192.0.2.50:1", dave.Check());  // not answered: not proven
  ExpectDrop("192.0.2.50:1", packet, DropReason::kUnknownFlow);
}

TEST_F(DropReasonsTest, AnotherSocketIsAnotherFlow) {
  const Flow other{Address(kAlice), 1};
  EXPECT_THAT(h.Receive(other, Rtp({.ssrc = 1})), IsEmpty());
  EXPECT_EQ(h.drops(DropReason::kUnknownFlow), 1u);
}

TEST_F(DropReasonsTest, MediaThatIsNotTheTracks) {
  ExpectDrop(kAlice, {0x80, 96, 0, 0}, DropReason::kRtpMalformed);
  ExpectDrop(kAlice, {0x80, 200, 0, 7}, DropReason::kRtcpMalformed);
  ExpectDrop(kAlice, Rtp({.ssrc = 2}), DropReason::kUnknownSsrc);
  ExpectDrop(kBob, Rtp({.ssrc = 1}), DropReason::kUnknownSsrc);  // alice's
  ExpectDrop(kAlice, Rtp({.ssrc = 1, .payload_type = 97}), DropReason::kUnexpectedPayloadType);
  h.Receive(kAlice, Rtp({.ssrc = 1, .sequence = 5}));
  ExpectDrop(kAlice, Rtp({.ssrc = 1, .sequence = 5}), DropReason::kDuplicate);
  ExpectDrop(kAlice, Rtp({.ssrc = 1, .sequence = 30'000}), DropReason::kSequenceJump);
}

TEST_F(DropReasonsTest, CopiesOfLegs) {
  const LegName bobs = LegOf("demo", "bob", "alice", "cam");
  h.Do(PauseLeg{bobs, true});
  ExpectDrop(kAlice, Rtp({.ssrc = 1, .sequence = 5}), DropReason::kLegPaused);
  h.Do(RemoveLeg{bobs});
  h.Do(AddLeg{LegOf("demo", "dave", "alice", "cam"), {}, {}});
  ExpectDrop(kAlice, Rtp({.ssrc = 1, .sequence = 6}), DropReason::kSubscriberUnproven);
  Prove(h, dave, "192.0.2.50:1");
  h.Receive(kAlice, Rtp({.ssrc = 1, .sequence = 10}));
  ExpectDrop(kAlice, Rtp({.ssrc = 1, .sequence = 9}), DropReason::kBeforeLegStart);
}

TEST_F(DropReasonsTest, RtcpIsCountedByKindAndGoesNoFurther) {
  Octets compound(200);
  ByteWriter writer(compound);
  rtp::WriteSenderReport({.sender = rtp::Ssrc(1)}, {}, writer);
  rtp::WriteCname(rtp::Ssrc(1), "alice", writer);
  compound.resize(writer.size());
  EXPECT_THAT(h.Receive(kAlice, compound), IsEmpty());
  EXPECT_EQ(h.packets_in(PacketKind::kRtcp), 1u);
  const auto count = [&](rtp::RtcpKind kind) {
    return h.metrics().rtcp_in[static_cast<size_t>(kind)].value();
  };
  EXPECT_EQ(count(rtp::RtcpKind::kSenderReport), 1u);
  EXPECT_EQ(count(rtp::RtcpKind::kSourceDescription), 1u);
  EXPECT_EQ(AllDrops(), 0u);
}

TEST(Labels, AreDistinct) {
  std::set<std::string_view> labels;
  for (size_t i = 0; i < kDropReasons; ++i) labels.insert(Label(static_cast<DropReason>(i)));
  EXPECT_EQ(labels.size(), kDropReasons);
  labels.clear();
  constexpr auto kResults = static_cast<size_t>(IceResult::kCount);
  for (size_t i = 0; i < kResults; ++i) labels.insert(Label(static_cast<IceResult>(i)));
  EXPECT_EQ(labels.size(), kResults);
  EXPECT_EQ(labels.count(""), 0u);
  EXPECT_EQ(Label(PacketKind::kStun), "stun");
}

}  // namespace
}  // namespace baton::relay::test
