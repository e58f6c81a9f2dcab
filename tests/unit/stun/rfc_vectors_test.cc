#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <array>
#include <string>

#include "stun/ice_lite.h"
#include "stun/integrity.h"
#include "stun/message.h"
#include "stun/message_builder.h"
#include "tests/unit/stun/vectors.h"

namespace baton::stun {
namespace {

// RFC 8489 section 9.2.2: the key of a long-term credential.
std::vector<uint8_t> LongTermKey(const EVP_MD* hash) {
  const std::string text =
      std::string(kVectorUser) + ":" + std::string(kVectorRealm) + ":TheMatrIX";
  std::vector<uint8_t> key(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), key.data(), &size, hash, nullptr);
  key.resize(size);
  return key;
}

const TransactionId kTransaction = {0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34,
                                    0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae};

void ExpectProven(const MessageView& message) {
  EXPECT_TRUE(IntegrityHolds(message, IntegrityKey::FromPassword(kVectorPassword)));
  EXPECT_FALSE(IntegrityHolds(message, IntegrityKey::FromPassword("VOkJxbRl1RmTxUk/WvJxBu")));
  EXPECT_TRUE(message.has_fingerprint());
  EXPECT_TRUE(FingerprintAbsentOrHolds(message));
}

TEST(RfcVectors, SampleRequest) {
  const auto bytes = SampleRequest();
  EXPECT_TRUE(LooksLikeStun(bytes));
  const auto message = MessageView::Parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_TRUE(message->IsBinding(MessageClass::kRequest));
  EXPECT_EQ(message->transaction_id(), kTransaction);
  EXPECT_EQ(message->software(), "STUN test client");
  EXPECT_EQ(message->priority(), 0x6e0001ffu);
  EXPECT_EQ(message->ice_controlled(), 0x932ff9b151263b36u);
  EXPECT_FALSE(message->ice_controlling());
  EXPECT_EQ(message->username(), "evtj:h6vY");
  const auto names = SplitUsername(*message);
  ASSERT_TRUE(names);
  EXPECT_EQ(names->local, "evtj");
  EXPECT_EQ(names->remote, "h6vY");
  EXPECT_FALSE(message->use_candidate());
  EXPECT_TRUE(message->unknown_required().empty());
  ExpectProven(*message);
}

TEST(RfcVectors, SampleIpv4Response) {
  const auto bytes = SampleIpv4Response();
  const auto message = MessageView::Parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_TRUE(message->IsBinding(MessageClass::kSuccess));
  EXPECT_EQ(message->transaction_id(), kTransaction);
  EXPECT_EQ(message->software(), "test vector");
  EXPECT_EQ(message->xor_mapped_address(), TransportAddress::Parse("192.0.2.1:32853"));
  EXPECT_FALSE(message->mapped_address());
  ExpectProven(*message);
  EXPECT_TRUE(VerifyCheckResponse(*message, IntegrityKey::FromPassword(kVectorPassword)));
}

TEST(RfcVectors, SampleIpv6Response) {
  const auto bytes = SampleIpv6Response();
  const auto message = MessageView::Parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->xor_mapped_address(),
            TransportAddress::Parse("[2001:db8:1234:5678:11:2233:4455:6677]:32853"));
  ExpectProven(*message);
}

TEST(RfcVectors, LongTermRequest) {
  const auto bytes = SampleLongTermRequest();
  const auto message = MessageView::Parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->username(), kVectorUser);
  EXPECT_FALSE(message->has_fingerprint());
  EXPECT_FALSE(SplitUsername(*message));
  const auto key = HmacSha1Key::FromBytes(LongTermKey(EVP_md5()));
  EXPECT_TRUE(MessageIntegrityHolds(*message, key));

  // The one vector whose padding is zero, so it can be written byte by byte.
  std::array<uint8_t, 200> out{};
  MessageBuilder builder(out, MessageClass::kRequest, Method::kBinding, message->transaction_id());
  builder.AddText(AttributeType::kUsername, kVectorUser);
  builder.AddText(AttributeType::kNonce, kVectorNonce);
  builder.AddText(AttributeType::kRealm, kVectorRealm);
  builder.AddMessageIntegrity(key);
  EXPECT_EQ(std::vector<uint8_t>(out.begin(), out.begin() + builder.size()), bytes);
}

TEST(RfcVectors, Sha256Request) {
  const auto bytes = SampleSha256Request();
  const auto message = MessageView::Parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->message_integrity_offset(), 0u);
  EXPECT_TRUE(message->unknown_required().empty());
  const auto key = HmacSha256Key::FromBytes(LongTermKey(EVP_sha256()));
  EXPECT_TRUE(MessageIntegritySha256Holds(*message, key));

  std::array<uint8_t, 200> out{};
  MessageBuilder builder(out, MessageClass::kRequest, Method::kBinding, message->transaction_id());
  message->ForEachAttribute([&](AttributeType type, Bytes value) { builder.Add(type, value); });
  builder.AddMessageIntegritySha256(key);
  EXPECT_EQ(std::vector<uint8_t>(out.begin(), out.begin() + builder.size()), bytes);
}

}  // namespace
}  // namespace baton::stun
