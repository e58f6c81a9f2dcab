#include "stun/ice_lite.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "stun/ice_credentials.h"
#include "stun/integrity.h"
#include "stun/message_builder.h"
#include "tests/unit/stun/vectors.h"

namespace baton::stun {
namespace {

using Message = std::vector<uint8_t>;

constexpr std::string_view kUfrag = "LOCAL";
const IntegrityKey kKey = IntegrityKey::FromPassword("the-password-of-the-endpoint");
const IntegrityKey kOtherKey = IntegrityKey::FromPassword("another-password-of-another");
const TransactionId kTransaction = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
const TransportAddress kV4 = *TransportAddress::Parse("203.0.113.9:41000");
const TransportAddress kV6 = *TransportAddress::Parse("[2001:db8::9]:41000");
constexpr AttributeType kRequired{0x7fff};

enum class Form { kNone, kSha1, kSha256, kBoth };

// A check with its parts to choose.
struct Peer {
  std::string username = "LOCAL:remote";
  std::optional<uint32_t> priority = 0x6e0001ff;
  std::optional<uint64_t> controlling = 99;
  std::optional<uint64_t> controlled;
  bool use_candidate = false;
  bool unknown = false;
  Form form = Form::kSha1;
  bool fingerprint = true;
  MessageClass message_class = MessageClass::kRequest;
  Method method = Method::kBinding;
  IntegrityKey key = kKey;
};

Message Check(const Peer& peer) {
  std::array<uint8_t, 512> out{};
  MessageBuilder b(out, peer.message_class, peer.method, kTransaction);
  if (!peer.username.empty()) b.AddText(AttributeType::kUsername, peer.username);
  if (peer.priority) b.AddU32(AttributeType::kPriority, *peer.priority);
  if (peer.controlling) b.AddU64(AttributeType::kIceControlling, *peer.controlling);
  if (peer.controlled) b.AddU64(AttributeType::kIceControlled, *peer.controlled);
  if (peer.use_candidate) b.AddFlag(AttributeType::kUseCandidate);
  if (peer.unknown) b.AddU32(kRequired, 1);
  if (peer.form == Form::kSha1 || peer.form == Form::kBoth) b.AddMessageIntegrity(peer.key.sha1);
  if (peer.form == Form::kSha256 || peer.form == Form::kBoth) {
    b.AddMessageIntegritySha256(peer.key.sha256);
  }
  if (peer.fingerprint) b.AddFingerprint();
  const Bytes message = b.message();
  return {message.begin(), message.end()};
}

struct Judged {
  CheckResult result;
  Message reply;
};

Judged Judge(const Message& check, const TransportAddress& source = kV4) {
  Judged judged;
  judged.reply.resize(kMaxCheckReplySize);
  judged.result = EvaluateCheck(*MessageView::Parse(check), kUfrag, kKey, source, judged.reply);
  judged.reply.resize(judged.result.reply_size);
  return judged;
}

void ExpectError(const Peer& peer, CheckVerdict verdict, uint16_t code, bool is_signed) {
  const Judged judged = Judge(Check(peer));
  EXPECT_EQ(judged.result.verdict, verdict);
  EXPECT_FALSE(judged.result.use_candidate);
  const auto reply = MessageView::Parse(judged.reply);
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->IsBinding(MessageClass::kError));
  EXPECT_EQ(reply->transaction_id(), kTransaction);
  ASSERT_TRUE(reply->error_code());
  EXPECT_EQ(reply->error_code()->code, code);
  EXPECT_EQ(reply->has_integrity(), is_signed);
  EXPECT_EQ(IntegrityHolds(*reply, kKey), is_signed);
  EXPECT_TRUE(reply->has_fingerprint() && FingerprintAbsentOrHolds(*reply));
}

void ExpectSilence(const Peer& peer, CheckVerdict verdict) {
  const Judged judged = Judge(Check(peer));
  EXPECT_EQ(judged.result.verdict, verdict);
  EXPECT_EQ(judged.result.reply_size, 0u);
}

TEST(IceLite, AnswersAGoodCheck) {
  for (const TransportAddress& source : {kV4, kV6}) {
    const Judged judged = Judge(Check({}), source);
    EXPECT_EQ(judged.result.verdict, CheckVerdict::kSuccess);
    EXPECT_FALSE(judged.result.use_candidate);
    EXPECT_EQ(judged.result.priority, 0x6e0001ffu);
    const auto reply = MessageView::Parse(judged.reply);
    ASSERT_TRUE(reply);
    EXPECT_TRUE(reply->IsBinding(MessageClass::kSuccess));
    EXPECT_EQ(reply->transaction_id(), kTransaction);
    EXPECT_EQ(reply->xor_mapped_address(), source);
    EXPECT_FALSE(reply->username()) << "RFC 8489 section 9.1.4: not in responses";
    EXPECT_TRUE(VerifyCheckResponse(*reply, kKey));
    EXPECT_TRUE(reply->has_fingerprint());
  }
}

TEST(IceLite, SignsInTheFormOfTheRequest) {
  const auto forms = [](Form form) {
    const Judged judged = Judge(Check({.form = form}));
    const auto reply = MessageView::Parse(judged.reply);
    EXPECT_TRUE(IntegrityHolds(*reply, kKey));
    return std::pair(reply->message_integrity_offset() != 0,
                     reply->message_integrity_sha256_offset() != 0);
  };
  EXPECT_EQ(forms(Form::kSha1), std::pair(true, false));
  EXPECT_EQ(forms(Form::kSha256), std::pair(false, true));
  EXPECT_EQ(forms(Form::kBoth), std::pair(false, true));
}

TEST(IceLite, ReportsNomination) {
  EXPECT_TRUE(Judge(Check({.use_candidate = true})).result.use_candidate);
}

TEST(IceLite, AcceptsPeersWithoutRoleOrFingerprint) {
  EXPECT_EQ(Judge(Check({.controlling = {}})).result.verdict, CheckVerdict::kSuccess);
  EXPECT_EQ(Judge(Check({.fingerprint = false})).result.verdict, CheckVerdict::kSuccess);
}

TEST(IceLite, WrongIntegrityIsUnauthorized) {
  for (const Form form : {Form::kSha1, Form::kSha256, Form::kBoth}) {
    ExpectError({.form = form, .key = kOtherKey}, CheckVerdict::kUnauthorized, 401, false);
  }
  EXPECT_EQ(Judge(Check({.key = kOtherKey})).reply.size(), 36u);
}

TEST(IceLite, UnknownAttributesAreListed) {
  ExpectError({.unknown = true}, CheckVerdict::kUnknownAttribute, 420, true);
  const Judged judged = Judge(Check({.unknown = true}));
  const auto list = MessageView::Parse(judged.reply)->Find(AttributeType::kUnknownAttributes);
  ASSERT_TRUE(list);
  EXPECT_EQ(Message(list->begin(), list->end()), FromHex("7fff"));
}

TEST(IceLite, AControlledPeerHasToSwitch) {
  for (const uint64_t tie_breaker : {uint64_t{0}, uint64_t{1}, ~uint64_t{0}}) {
    ExpectError({.controlling = {}, .controlled = tie_breaker, .use_candidate = true},
                CheckVerdict::kRoleConflict, 487, true);
  }
}

TEST(IceLite, ChecksWithoutWhatIceRequiresAreBad) {
  ExpectError({.priority = {}}, CheckVerdict::kBadRequest, 400, true);
  ExpectError({.controlled = 1}, CheckVerdict::kBadRequest, 400, true);
}

TEST(IceLite, IceAttributesOfTheWrongSizeAreBad) {
  for (const AttributeType type :
       {AttributeType::kPriority, AttributeType::kIceControlling, AttributeType::kIceControlled}) {
    std::array<uint8_t, 256> out{};
    MessageBuilder b(out, MessageClass::kRequest, Method::kBinding, kTransaction);
    b.AddText(AttributeType::kUsername, "LOCAL:remote");
    b.Add(type, AsBytes("123"));
    if (type != AttributeType::kPriority) b.AddU32(AttributeType::kPriority, 1);
    b.AddMessageIntegrity(kKey.sha1);
    EXPECT_EQ(Judge(Message(out.begin(), out.begin() + b.size())).result.verdict,
              CheckVerdict::kBadRequest);
  }
}

TEST(IceLite, IsSilentToWhoProvesNothing) {
  ExpectSilence({.form = Form::kNone}, CheckVerdict::kNoCredentials);
  ExpectSilence({.username = ""}, CheckVerdict::kNoCredentials);
  ExpectSilence({.username = "LOCAL"}, CheckVerdict::kNoCredentials);
  ExpectSilence({.username = ":remote"}, CheckVerdict::kNoCredentials);
  ExpectSilence({.username = "LOCALE:remote"}, CheckVerdict::kUnknownUser);
  ExpectSilence({.username = "remote:LOCAL"}, CheckVerdict::kUnknownUser);
  ExpectSilence({.message_class = MessageClass::kIndication}, CheckVerdict::kNotACheck);
  ExpectSilence({.message_class = MessageClass::kSuccess}, CheckVerdict::kNotACheck);
  ExpectSilence({.message_class = MessageClass::kError}, CheckVerdict::kNotACheck);
  ExpectSilence({.method = Method{3}}, CheckVerdict::kNotACheck);
}

TEST(IceLite, IsSilentOnAWrongFingerprint) {
  Message check = Check({});
  check.back() ^= 1;
  const Judged judged = Judge(check);
  EXPECT_EQ(judged.result.verdict, CheckVerdict::kBadFingerprint);
  EXPECT_TRUE(judged.reply.empty());
}

TEST(IceLite, AnUnsetKeyProvesNothing) {
  std::array<uint8_t, kMaxCheckReplySize> out{};
  const Message check = Check({});
  const auto result = EvaluateCheck(*MessageView::Parse(check), kUfrag, IntegrityKey(), kV4, out);
  EXPECT_EQ(result.verdict, CheckVerdict::kUnauthorized);
}

TEST(IceLite, NoFlippedBitIsAccepted) {
  for (const Form form : {Form::kSha1, Form::kSha256}) {
    const Message check = Check({.use_candidate = true, .form = form});
    for (size_t bit = 0; bit < check.size() * 8; ++bit) {
      Message flipped = check;
      flipped[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
      // A flip in the type or size of FINGERPRINT leaves a signed check without one.
      if (!MessageView::Parse(flipped) || bit / 8 >= check.size() - 8) continue;
      EXPECT_NE(Judge(flipped).result.verdict, CheckVerdict::kSuccess) << bit;
    }
  }
}

TEST(IceLite, TheLongestReplyFits) {
  std::array<uint8_t, 512> out{};
  MessageBuilder b(out, MessageClass::kRequest, Method::kBinding, kTransaction);
  b.AddText(AttributeType::kUsername, "LOCAL:remote");
  for (uint16_t i = 0; i < kMaxAttributes - 2; ++i) {
    b.AddFlag(AttributeType{static_cast<uint16_t>(0x7000 + i)});
  }
  b.AddMessageIntegritySha256(kKey.sha256);
  const Judged judged = Judge(Message(out.begin(), out.begin() + b.size()));
  EXPECT_EQ(judged.result.verdict, CheckVerdict::kUnknownAttribute);
  EXPECT_GT(judged.reply.size(), 0u);
}

TEST(IceLite, OurCheckIsWhatAPeerExpects) {
  const CheckParameters parameters{kTransaction, "remote", "LOCAL", 0x7effffff};
  Message out(CheckSize(parameters));
  ASSERT_EQ(WriteCheck(parameters, kOtherKey.sha1, out), out.size());
  const auto check = MessageView::Parse(out);
  ASSERT_TRUE(check);
  EXPECT_TRUE(check->IsBinding(MessageClass::kRequest));
  EXPECT_EQ(check->transaction_id(), kTransaction);
  EXPECT_EQ(check->username(), "remote:LOCAL");
  EXPECT_EQ(check->priority(), 0x7effffffu);
  EXPECT_EQ(check->ice_controlled(), kLiteTieBreaker);
  EXPECT_FALSE(check->use_candidate()) << "only the controlling side nominates";
  EXPECT_TRUE(check->unknown_required().empty());
  EXPECT_TRUE(MessageIntegrityHolds(*check, kOtherKey.sha1));
  EXPECT_TRUE(check->has_fingerprint() && FingerprintAbsentOrHolds(*check));

  out.pop_back();
  EXPECT_EQ(WriteCheck(parameters, kOtherKey.sha1, out), 0u);
}

TEST(IceLite, OnlyASignedSuccessAnswersOurCheck) {
  const auto verify = [](MessageClass c, bool is_signed, bool unknown, const IntegrityKey& key) {
    std::array<uint8_t, 256> out{};
    MessageBuilder b(out, c, Method::kBinding, kTransaction);
    b.AddXorMappedAddress(kV4);
    if (unknown) b.AddU32(kRequired, 1);
    if (is_signed) b.AddMessageIntegrity(key.sha1);
    b.AddFingerprint();
    return VerifyCheckResponse(*MessageView::Parse(b.message()), kKey);
  };
  EXPECT_TRUE(verify(MessageClass::kSuccess, true, false, kKey));
  EXPECT_FALSE(verify(MessageClass::kError, true, false, kKey));
  EXPECT_FALSE(verify(MessageClass::kRequest, true, false, kKey));
  EXPECT_FALSE(verify(MessageClass::kSuccess, false, false, kKey));
  EXPECT_FALSE(verify(MessageClass::kSuccess, true, true, kKey));
  EXPECT_FALSE(verify(MessageClass::kSuccess, true, false, kOtherKey));
}

TEST(IceLite, VerdictsHaveDistinctNames) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < kCheckVerdicts; ++i) {
    names.insert(Name(CheckVerdict{static_cast<uint8_t>(i)}));
  }
  EXPECT_EQ(names.size(), kCheckVerdicts);
  EXPECT_FALSE(names.contains("unknown"));
}

TEST(IceCredentials, AreIceCharsOfTheRightNumber) {
  EXPECT_TRUE(IsValidUfrag("aZ0+"));
  EXPECT_TRUE(IsValidUfrag(std::string(256, '/')));
  EXPECT_FALSE(IsValidUfrag("abc"));
  EXPECT_FALSE(IsValidUfrag(std::string(257, 'a')));
  EXPECT_TRUE(IsValidPassword(std::string(22, 'a')));
  EXPECT_TRUE(IsValidPassword(std::string(256, 'a')));
  EXPECT_FALSE(IsValidPassword(std::string(21, 'a')));
  EXPECT_FALSE(IsValidPassword(std::string(257, 'a')));
  for (int c = -128; c < 128; ++c) {
    const char letter = static_cast<char>(c);
    const bool expected = std::string_view(
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                              "0123456789+/")
                              .find(letter) != std::string_view::npos;
    EXPECT_EQ(IsValidUfrag(std::string(4, letter)), expected) << c;
  }
}

}  // namespace
}  // namespace baton::stun
