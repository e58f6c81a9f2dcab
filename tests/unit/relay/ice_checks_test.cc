// The exchange of checks with one ICE peer: what is answered, what is asked, what proves what.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "stun/hmac.h"
#include "stun/integrity.h"
#include "tests/unit/relay/harness.h"

namespace baton::relay::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kDave = "192.0.2.50:1000";

class IceChecksTest : public testing::Test {
 protected:
  IceChecksTest() {
    h.Do(Room("demo"));
    h.Do(Plain("demo", "alice", "192.0.2.1:5004"));
    h.Do(Publish("demo", "alice", "cam", Video(1)));
    h.Do(AddIceEndpoint{N("demo"), N("dave"), dave.relay, dave.own});
    h.TakeEvents();
  }
  // The error code of the only reply, or 0 for a success.
  int ReplyTo(const Octets& check) {
    const std::vector<Sent> sent = h.Receive(kDave, check);
    if (sent.empty()) return -1;
    const auto reply = sent[0].stun();
    if (reply->IsBinding(stun::MessageClass::kSuccess)) return 0;
    EXPECT_THAT(sent, SizeIs(1)) << "a challenge after an error";
    return reply->error_code()->code;
  }
  // What alice's next packet becomes.
  std::vector<Sent> Media() {
    return h.Receive("192.0.2.1:5004", Rtp({.ssrc = 1, .sequence = sequence_++}));
  }

  IcePeer dave{.own = Credentials("peer"), .relay = Credentials("dave")};
  Harness h;

 private:
  uint16_t sequence_ = 0;
};

TEST_F(IceChecksTest, ACheckIsAnsweredWithItsAddressAndChallenged) {
  const Octets check = dave.Check();
  const std::vector<Sent> sent = h.Receive(kDave, check);
  ASSERT_THAT(sent, SizeIs(2));
  const auto reply = sent[0].stun();
  EXPECT_EQ(sent[0].to.remote, Address(kDave));
  EXPECT_TRUE(reply->IsBinding(stun::MessageClass::kSuccess));
  EXPECT_EQ(reply->transaction_id(), stun::MessageView::Parse(check)->transaction_id());
  EXPECT_EQ(reply->xor_mapped_address(), Address(kDave));
  const auto relays = stun::IntegrityKey::FromPassword(dave.relay.password);
  const auto peers = stun::IntegrityKey::FromPassword(dave.own.password);
  EXPECT_TRUE(stun::IntegrityHolds(*reply, relays));

  const auto challenge = sent[1].stun();
  EXPECT_EQ(sent[1].to.remote, Address(kDave));
  EXPECT_TRUE(challenge->IsBinding(stun::MessageClass::kRequest));
  EXPECT_EQ(challenge->username(), "peer:dave");
  EXPECT_TRUE(challenge->ice_controlled());
  EXPECT_TRUE(challenge->priority());
  EXPECT_TRUE(stun::IntegrityHolds(*challenge, peers));
}

TEST_F(IceChecksTest, MediaBeginsWithTheAnswerToTheChallenge) {
  EXPECT_THAT(Media(), IsEmpty());
  const std::vector<Sent> checks = ChecksIn(h.Receive(kDave, dave.Check()));
  ASSERT_THAT(checks, SizeIs(1));
  EXPECT_THAT(Media(), IsEmpty());
  EXPECT_THAT(h.Receive(kDave, dave.Answer(checks[0])), IsEmpty());
  ASSERT_THAT(Media(), SizeIs(1));
  EXPECT_EQ(Media()[0].to.remote, Address(kDave));
  EXPECT_THAT(h.TakeEventTexts(),
              testing::ElementsAre("first-packet demo alice", "track-started demo alice/cam",
                                   "proven demo dave 192.0.2.50:1000"));
}

TEST_F(IceChecksTest, ChecksWithSha256AreAnsweredInKind) {
  EXPECT_EQ(ReplyTo(dave.Check({.sha256 = true})), 0);
}

TEST_F(IceChecksTest, IPv6) {
  constexpr std::string_view kV6 = "[2001:db8::50]:1000";
  Prove(h, dave, kV6);
  ASSERT_THAT(Media(), SizeIs(1));
  EXPECT_EQ(Media()[0].to, (Flow{Address(kV6), 1}));
}

TEST_F(IceChecksTest, UntilThePeersPasswordIsKnownChecksAreSignedWithTheEndpointsOwn) {
  IcePeer erin{.own = Credentials("erinpeer"), .relay = Credentials("erin")};
  h.Do(AddIceEndpoint{N("demo"), N("erin"), erin.relay, {}});
  std::vector<Sent> checks = ChecksIn(h.Receive("192.0.2.60:1", erin.Check()));
  ASSERT_THAT(checks, SizeIs(1));
  EXPECT_EQ(checks[0].stun()->username(), "erinpeer:erin");
  const auto relays = stun::IntegrityKey::FromPassword(erin.relay.password);
  EXPECT_TRUE(stun::IntegrityHolds(*checks[0].stun(), relays));
  h.Receive("192.0.2.60:1", erin.Answer(checks[0], erin.relay.password));
  EXPECT_EQ(h.ice(IceResult::kProven), 1u);

  h.Do(SetIceRemote{N("demo"), N("erin"), erin.own});
  checks = ChecksIn(h.Advance(seconds(7)));
  ASSERT_FALSE(checks.empty());
  const auto peers = stun::IntegrityKey::FromPassword(erin.own.password);
  EXPECT_TRUE(stun::IntegrityHolds(*checks[0].stun(), peers));
}

TEST_F(IceChecksTest, BadChecksGetTheirErrorAndNothingElse) {
  EXPECT_EQ(ReplyTo(dave.Check({.with_priority = false})), 400);
  EXPECT_EQ(ReplyTo(dave.Check({.unknown_attribute = true})), 420);
  EXPECT_EQ(ReplyTo(dave.Check({.controlled = true})), 487);
  IcePeer forger = dave;
  forger.relay.password = FixedString<IceCredentials::kMaxPassword>("some/other/password/22");
  EXPECT_EQ(ReplyTo(forger.Check()), 401);
  forger.relay.ufrag = FixedString<IceCredentials::kMaxUfrag>("none");
  EXPECT_EQ(ReplyTo(forger.Check()), -1);
  Octets flipped = dave.Check();
  flipped.back() ^= 1;  // the fingerprint
  EXPECT_EQ(ReplyTo(flipped), -1);
  EXPECT_EQ(h.ice(IceResult::kBadRequest), 1u);
  EXPECT_EQ(h.ice(IceResult::kUnknownAttribute), 1u);
  EXPECT_EQ(h.ice(IceResult::kRoleConflict), 1u);
  EXPECT_EQ(h.ice(IceResult::kUnauthorized), 1u);
  EXPECT_EQ(h.ice(IceResult::kSilence), 2u);
  EXPECT_EQ(h.ice(IceResult::kCheckSent), 0u);
  // Those with a valid signature were accepted as STUN, the others dropped; none was both.
  EXPECT_EQ(h.packets_in(PacketKind::kStun), 3u);
  EXPECT_EQ(h.drops(DropReason::kStunUnauthenticated), 3u);
}

TEST_F(IceChecksTest, AChallengeIsRepeatedTwiceAndThenGivenUp) {
  EXPECT_THAT(ChecksIn(h.Receive(kDave, dave.Check())), SizeIs(1));
  // The peer's own repetitions do not make the relay send more.
  EXPECT_THAT(ChecksIn(h.Receive(kDave, dave.Check())), IsEmpty());
  EXPECT_THAT(h.Advance(seconds(10)), SizeIs(2));
  EXPECT_THAT(ChecksIn(h.Receive(kDave, dave.Check())), SizeIs(1));  // anew
}

TEST_F(IceChecksTest, AnyOfTheThreeChallengesMayBeAnswered) {
  const std::vector<Sent> first = ChecksIn(h.Receive(kDave, dave.Check()));
  EXPECT_THAT(h.Advance(milliseconds(1200)), SizeIs(2));
  h.Receive(kDave, dave.Answer(first[0]));
  EXPECT_EQ(h.ice(IceResult::kProven), 1u);
}

TEST_F(IceChecksTest, AnAnswerThatIsTooLateProvesNothing) {
  const std::vector<Sent> first = ChecksIn(h.Receive(kDave, dave.Check()));
  h.Advance(seconds(3));
  h.Receive(kDave, dave.Answer(first[0]));
  EXPECT_EQ(h.ice(IceResult::kProven), 0u);
  EXPECT_EQ(h.drops(DropReason::kStunUnexpected), 1u);
}

TEST_F(IceChecksTest, OnlyTheRightAnswerProves) {
  const std::vector<Sent> checks = ChecksIn(h.Receive(kDave, dave.Check()));
  const Octets good = dave.Answer(checks[0]);
  h.Receive(kDave, dave.Answer(checks[0], dave.relay.password));  // the wrong side's password
  h.Receive(kDave, dave.Answer(checks[0], "guess"));
  h.Receive("192.0.2.50:1001", good);
  h.Receive(Flow{Address(kDave), 1}, good);
  Octets other_id = good;
  other_id[10] ^= 1;
  h.Receive(kDave, other_id);
  // But for the type of FINGERPRINT: behind the integrity, an attribute of any other is ignored.
  const size_t fingerprint = stun::MessageView::Parse(good)->fingerprint_offset();
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    if (bit / 8 == fingerprint || bit / 8 == fingerprint + 1) continue;
    Octets flipped = good;
    flipped[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    h.Receive(kDave, flipped);
    ASSERT_EQ(h.ice(IceResult::kProven), 0u) << "bit " << bit;
  }
  EXPECT_THAT(Media(), IsEmpty());
  h.Receive(kDave, good);
  EXPECT_EQ(h.ice(IceResult::kProven), 1u);
}

TEST_F(IceChecksTest, ConsentIsRenewedForAsLongAsThePeerAnswers) {
  Prove(h, dave, kDave);
  std::set<int64_t> intervals;
  TimePoint last = h.now();
  for (int i = 0; i < 1200; ++i) {
    for (const Sent& check : ChecksIn(h.Advance(milliseconds(100)))) {
      h.Receive(kDave, dave.Answer(check));
      intervals.insert((h.now() - last) / milliseconds(100));
      last = h.now();
    }
  }
  EXPECT_THAT(Media(), SizeIs(1));
  EXPECT_EQ(h.ice(IceResult::kConsentLost), 0u);
  // 4 s to 6 s, and the tick.
  EXPECT_GE(*intervals.begin(), 39);
  EXPECT_LE(*intervals.rbegin(), 62);
  EXPECT_GT(intervals.size(), 3u) << "not spread";
}

TEST_F(IceChecksTest, ConsentEndsAfterThirtySecondsWithoutAnAnswer) {
  Prove(h, dave, kDave);
  h.Advance(seconds(29));
  h.Receive(kDave, dave.Check());  // a request is not an answer
  EXPECT_THAT(Media(), SizeIs(1));
  h.TakeEvents();
  h.Advance(milliseconds(1100));
  EXPECT_THAT(Media(), IsEmpty());
  EXPECT_THAT(h.TakeEventTexts(), testing::ElementsAre("consent-lost demo dave"));
  EXPECT_EQ(h.drops(DropReason::kSubscriberUnproven), 1u);
  // What dave sends is nobody's now.
  h.Receive(kDave, Rtp({.ssrc = 5}));
  EXPECT_EQ(h.drops(DropReason::kUnknownFlow), 1u);
  EXPECT_THAT(ChecksIn(h.Advance(seconds(20))), IsEmpty());

  Prove(h, dave, kDave);
  EXPECT_THAT(Media(), SizeIs(1));
  EXPECT_THAT(h.TakeEventTexts(), testing::Contains("proven demo dave 192.0.2.50:1000"));
}

TEST_F(IceChecksTest, ALegIsGaplessOverALossOfConsent) {
  Prove(h, dave, kDave);
  Media();
  const uint16_t last = Media()[0].rtp()->sequence.value();
  h.Advance(seconds(31));
  for (int i = 0; i < 10; ++i) EXPECT_THAT(Media(), IsEmpty());
  Prove(h, dave, kDave);
  EXPECT_EQ(Media()[0].rtp()->sequence.value(), static_cast<uint16_t>(last + 1));
}

TEST_F(IceChecksTest, ARepeatedAnswerDoesNotProlongConsent) {
  Prove(h, dave, kDave);
  const std::vector<Sent> checks = ChecksIn(h.Advance(seconds(7)));
  ASSERT_FALSE(checks.empty());
  const Octets answer = dave.Answer(checks[0]);
  h.Receive(kDave, answer);
  for (int i = 0; i < 29; ++i) {
    h.Advance(seconds(1));
    h.Receive(kDave, answer);
  }
  EXPECT_EQ(h.ice(IceResult::kConsentLost), 0u);
  h.Advance(milliseconds(1200));
  EXPECT_EQ(h.ice(IceResult::kConsentLost), 1u);
}

TEST_F(IceChecksTest, NothingIsSentToAnEndpointThatWasRemoved) {
  const std::vector<Sent> checks = ChecksIn(h.Receive(kDave, dave.Check()));
  h.Do(RemoveEndpoint{N("demo"), N("dave")});
  EXPECT_THAT(h.Advance(seconds(60)), IsEmpty());
  h.Receive(kDave, dave.Answer(checks[0]));
  EXPECT_EQ(h.ice(IceResult::kProven), 0u);
  EXPECT_THAT(h.Receive(kDave, dave.Check()), IsEmpty());
}

}  // namespace
}  // namespace baton::relay::test
