#include "bench/load/ice_peer.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>

#include "stun/ice_lite.h"
#include "stun/message.h"

namespace baton::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr TimePoint kStart{std::chrono::seconds(1)};
const TransportAddress kNode{IpAddress::V4({127, 0, 0, 1}), 7882};
const TransportAddress kPeer{IpAddress::V4({127, 0, 0, 1}), 40000};
const IceParameters kParameters{.local_ufrag = "peer",
                                .local_password = "peer/password/of/22/chars",
                                .remote_ufrag = "node",
                                .remote_password = "node/password/of/22/chars",
                                .candidate = kNode};

// A peer and the ICE-lite side that it talks to.
class IcePeerTest : public testing::Test {
 protected:
  Bytes Check(TimePoint now) { return Bytes(out_).first(peer_.OnTime(now, out_)); }

  // What the node answers to `check`; nothing if it does not accept it.
  std::optional<std::vector<uint8_t>> NodeAnswers(Bytes check) {
    const auto message = stun::MessageView::Parse(check);
    if (!message) return std::nullopt;
    std::array<uint8_t, stun::kMaxCheckReplySize> reply;
    const stun::CheckResult result = stun::EvaluateCheck(*message, "node", node_key_, kPeer, reply);
    if (result.verdict != stun::CheckVerdict::kSuccess || !result.use_candidate) {
      return std::nullopt;
    }
    return std::vector<uint8_t>(reply.begin(), reply.begin() + result.reply_size);
  }
  std::vector<uint8_t> Challenge() {
    std::vector<uint8_t> challenge(200);
    challenge.resize(stun::WriteCheck(
        {.transaction_id = {1, 2, 3}, .remote_ufrag = "peer", .local_ufrag = "node", .priority = 1},
        peer_key_.sha1, challenge));
    return challenge;
  }
  void Connect() {
    const auto answer = NodeAnswers(Check(kStart));
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(peer_.OnMessage(*answer, out_), 0U);
    EXPECT_FALSE(peer_.connected());
    EXPECT_GT(peer_.OnMessage(Challenge(), out_), 0U);
    EXPECT_TRUE(peer_.connected());
  }

  const stun::IntegrityKey node_key_ =
      stun::IntegrityKey::FromPassword(kParameters.remote_password);
  const stun::IntegrityKey peer_key_ = stun::IntegrityKey::FromPassword(kParameters.local_password);
  IcePeer peer_{kParameters, {7}};
  std::array<uint8_t, IcePeer::kMaxMessage> out_;
};

TEST_F(IcePeerTest, ConnectsToALiteAgent) { Connect(); }

TEST_F(IcePeerTest, AnswersChallengesInAWayThatProvesTheAddress) {
  const std::vector<uint8_t> challenge = Challenge();
  const size_t size = peer_.OnMessage(challenge, out_);
  const auto answer = stun::MessageView::Parse(Bytes(out_).first(size));
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(stun::VerifyCheckResponse(*answer, peer_key_));
  EXPECT_EQ(answer->transaction_id(), (stun::TransactionId{1, 2, 3}));
  EXPECT_EQ(answer->xor_mapped_address(), kNode);
}

TEST_F(IcePeerTest, RepeatsChecksUntilItIsConnected) {
  EXPECT_FALSE(Check(kStart).empty());
  EXPECT_TRUE(Check(kStart + milliseconds(99)).empty());
  EXPECT_FALSE(Check(kStart + milliseconds(100)).empty());
}

TEST_F(IcePeerTest, KeepsConsentEveryFiveSeconds) {
  Connect();
  const TimePoint next = kStart + milliseconds(100);
  EXPECT_FALSE(Check(next).empty());
  EXPECT_TRUE(Check(next + milliseconds(4999)).empty());
  EXPECT_FALSE(Check(next + seconds(5)).empty());
}

TEST_F(IcePeerTest, IgnoresWhatIsNotSignedForIt) {
  std::vector<uint8_t> challenge(200);
  challenge.resize(stun::WriteCheck(
      {.transaction_id = {1}, .remote_ufrag = "peer", .local_ufrag = "node", .priority = 1},
      node_key_.sha1, challenge));
  EXPECT_EQ(peer_.OnMessage(challenge, out_), 0U);
  // An answer to nothing that was asked.
  const auto answer = NodeAnswers(Check(kStart));
  Check(kStart + seconds(1));
  ASSERT_TRUE(answer.has_value());
  peer_.OnMessage(*answer, out_);
  peer_.OnMessage(Challenge(), out_);
  EXPECT_FALSE(peer_.connected());
}

}  // namespace
}  // namespace baton::bench
