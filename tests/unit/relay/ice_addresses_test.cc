// The addresses of an ICE endpoint: which of several media goes to, how it moves, and what somebody
// who can replay and forge achieves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/relay/harness.h"

namespace baton::relay::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kHome = "192.0.2.50:1000";
constexpr std::string_view kMobile = "203.0.113.7:2000";
constexpr std::string_view kVictim = "203.0.113.99:53";

class IceAddressesTest : public testing::Test {
 protected:
  IceAddressesTest() {
    h.Do(Room("demo"));
    h.Do(Plain("demo", "alice", "192.0.2.1:5004"));
    h.Do(Publish("demo", "alice", "cam", Video(1)));
    h.Do(AddIceEndpoint{N("demo"), N("dave"), dave.relay, dave.own});
    MediaGoesTo();
    h.TakeEvents();
  }
  // Where alice's next packet goes; empty if nowhere.
  std::string MediaGoesTo() {
    const std::vector<Sent> sent =
        h.Receive("192.0.2.1:5004", Rtp({.ssrc = 1, .sequence = sequence_++}));
    EXPECT_LE(sent.size(), 1u);
    return sent.empty() ? "" : sent[0].to.remote.ToString();
  }

  IcePeer dave{.own = Credentials("peer"), .relay = Credentials("dave")};
  Harness h;

 private:
  uint16_t sequence_ = 0;
};

TEST_F(IceAddressesTest, TheFirstProvenIsUsedUntilAnotherIsNominated) {
  Prove(h, dave, kHome);
  Prove(h, dave, kMobile);
  EXPECT_EQ(MediaGoesTo(), kHome);
  h.Receive(kMobile, dave.Check({.nominate = true}));
  EXPECT_EQ(MediaGoesTo(), kMobile);
  h.Receive(kMobile, dave.Check({.nominate = true}));  // again: nothing new
  EXPECT_THAT(h.TakeEventTexts(), ElementsAre("proven demo dave 192.0.2.50:1000",
                                              "address-changed demo dave 203.0.113.7:2000"));
}

TEST_F(IceAddressesTest, ANominatedAddressIsUsedOnlyOnceItIsProven) {
  Prove(h, dave, kHome);
  const std::vector<Sent> checks = ChecksIn(h.Receive(kMobile, dave.Check({.nominate = true})));
  EXPECT_EQ(MediaGoesTo(), kHome);
  h.Receive(kMobile, dave.Answer(checks[0]));
  EXPECT_EQ(MediaGoesTo(), kMobile);
}

TEST_F(IceAddressesTest, MediaIsAcceptedFromEachProvenAddress) {
  h.Do(Publish("demo", "dave", "cam", Video(9)));
  Prove(h, dave, kHome);
  Prove(h, dave, kMobile);
  EXPECT_THAT(h.Receive(kHome, Rtp({.ssrc = 9, .sequence = 1})), SizeIs(1));
  EXPECT_THAT(h.Receive(kMobile, Rtp({.ssrc = 9, .sequence = 2})), SizeIs(1));
}

TEST_F(IceAddressesTest, WhenTheSelectedAddressFallsSilentAnotherProvenOneIsUsed) {
  Prove(h, dave, kHome, true);
  h.Advance(seconds(2));
  Prove(h, dave, kMobile);
  // Only the mobile one goes on answering.
  for (int i = 0; i < 290; ++i) {
    for (const Sent& check : ChecksIn(h.Advance(milliseconds(100)))) {
      if (check.to.remote == Address(kMobile)) h.Receive(kMobile, dave.Answer(check));
    }
  }
  EXPECT_EQ(MediaGoesTo(), kMobile);
  EXPECT_EQ(h.ice(IceResult::kConsentLost), 1u);
  EXPECT_THAT(h.TakeEventTexts(), testing::Contains("address-changed demo dave 203.0.113.7:2000"));
}

TEST_F(IceAddressesTest, AReplayFromAnotherAddressChangesNothing) {
  Prove(h, dave, kHome, true);
  h.TakeEvents();
  const Octets captured = dave.Check({.nominate = true});
  h.Receive(kHome, captured);
  // To whoever is there: a reply to each replay, as small as it is, and three checks at most.
  size_t checks = 0;
  for (int i = 0; i < 20; ++i) {
    const std::vector<Sent> sent = h.Receive(kVictim, captured);
    checks += ChecksIn(sent).size();
    for (const Sent& s : sent) EXPECT_LE(s.bytes.size(), captured.size() + 32);
    for (const Sent& s : ChecksIn(h.Advance(milliseconds(100)))) {
      checks += s.to.remote == Address(kVictim) ? 1 : 0;
    }
    EXPECT_EQ(MediaGoesTo(), kHome);
  }
  EXPECT_LE(checks, 3u);
  EXPECT_THAT(h.TakeEvents(), IsEmpty());
}

TEST_F(IceAddressesTest, AReplayDoesNotChangeWhatChecksToOtherAddressesSay) {
  IcePeer erin{.own = Credentials("erinnew"), .relay = Credentials("erin")};
  h.Do(AddIceEndpoint{N("demo"), N("erin"), erin.relay, {}});
  IcePeer before = erin;
  before.own = Credentials("erinold");
  const std::vector<Sent> checks = ChecksIn(h.Receive(kHome, erin.Check()));
  h.Receive(kHome, erin.Answer(checks[0], erin.relay.password));
  h.Receive(kVictim, before.Check());
  for (const Sent& check : ChecksIn(h.Advance(seconds(10)))) {
    if (check.to.remote != Address(kHome)) continue;
    EXPECT_EQ(check.stun()->username(), "erinnew:erin");
  }
}

TEST_F(IceAddressesTest, AReplayFromAProvenAddressStaysWithinWhatIsProven) {
  Prove(h, dave, kHome);
  const Octets captured = dave.Check();
  for (int i = 0; i < 5; ++i) EXPECT_THAT(h.Receive(kHome, captured), SizeIs(1));
  EXPECT_EQ(MediaGoesTo(), kHome);
}

TEST_F(IceAddressesTest, ForgedSourcesCannotPushOutAnAddressThatIsProven) {
  Prove(h, dave, kHome);
  for (int i = 0; i < 50; ++i) {
    h.Receive("203.0.113.200:" + std::to_string(1000 + i), dave.Check());
  }
  EXPECT_EQ(MediaGoesTo(), kHome);
  EXPECT_EQ(h.ice(IceResult::kTooManyAddresses), 47u);
  h.Advance(seconds(3));  // the challenges have ended
  Prove(h, dave, kMobile);
}

TEST_F(IceAddressesTest, AnAddressBelongsToOneEndpoint) {
  IcePeer erin{.own = Credentials("erinpeer"), .relay = Credentials("erin")};
  h.Do(AddIceEndpoint{N("demo"), N("erin"), erin.relay, erin.own});
  Prove(h, dave, kHome);
  Prove(h, erin, kHome);
  EXPECT_EQ(h.ice(IceResult::kProven), 1u);
  EXPECT_EQ(h.drops(DropReason::kAddressRefused), 1u);
  Prove(h, erin, "192.0.2.1:5004");  // a plain endpoint's
  EXPECT_EQ(h.ice(IceResult::kProven), 1u);
  EXPECT_EQ(h.Do(Plain("demo", "mallory", kHome)), CommandError::kAddressInUse);
  h.Do(RemoveEndpoint{N("demo"), N("dave")});
  Prove(h, erin, kHome);
  EXPECT_EQ(h.ice(IceResult::kProven), 2u);
}

TEST_F(IceAddressesTest, AnAddressThatWasTakenWhileItWasChallengedIsNotProven) {
  const std::vector<Sent> checks = ChecksIn(h.Receive(kHome, dave.Check()));
  EXPECT_EQ(h.Do(Plain("demo", "bob", kHome)), CommandError::kNone);
  h.Receive(kHome, dave.Answer(checks[0]));
  EXPECT_EQ(h.ice(IceResult::kProven), 0u);
  EXPECT_EQ(h.drops(DropReason::kAddressRefused), 1u);
}

}  // namespace
}  // namespace baton::relay::test
