#include "stun/message.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>

#include "base/random.h"
#include "stun/integrity.h"
#include "stun/message_builder.h"
#include "tests/unit/stun/vectors.h"

namespace baton::stun {
namespace {

using Message = std::vector<uint8_t>;

const TransactionId kTransaction = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
constexpr AttributeType kOptional{0x8fff};
constexpr AttributeType kRequired{0x7fff};

template <class F>
Message Build(F&& add, MessageClass message_class = MessageClass::kRequest) {
  std::array<uint8_t, 2048> out{};
  MessageBuilder builder(out, message_class, Method::kBinding, kTransaction);
  add(builder);
  EXPECT_TRUE(builder.ok());
  const Bytes message = builder.message();
  return {message.begin(), message.end()};
}

bool Parses(const Message& message) { return MessageView::Parse(message).has_value(); }

TEST(Message, EveryClassAndMethodSurvives) {
  for (unsigned method = 0; method < 0x100; ++method) {
    for (uint8_t c = 0; c < 4; ++c) {
      std::array<uint8_t, kHeaderSize> out{};
      MessageBuilder builder(out, MessageClass{c}, Method{static_cast<uint16_t>(method)},
                             kTransaction);
      const auto message = MessageView::Parse(builder.message());
      ASSERT_TRUE(message);
      ASSERT_EQ(message->message_class(), MessageClass{c});
      ASSERT_EQ(message->method(), Method{static_cast<uint16_t>(method)});
    }
  }
}

TEST(Message, LooksLikeStunAsksForAllOfTheHeader) {
  const Message good = Build([](MessageBuilder& b) { b.AddU32(kOptional, 7); });
  EXPECT_TRUE(LooksLikeStun(good));
  for (const auto& [offset, value] : {std::pair<size_t, uint8_t>{0, 0x40},
                                      {0, 0x80},
                                      {3, 4},
                                      {3, 7},
                                      {3, 12},
                                      {4, 0x20},
                                      {7, 0}}) {
    Message bad = good;
    bad[offset] = value;
    EXPECT_FALSE(LooksLikeStun(bad)) << offset;
    EXPECT_FALSE(Parses(bad)) << offset;
  }
  EXPECT_FALSE(LooksLikeStun({}));
  // Even if the length says so, an unpadded message is none.
  Message unpadded = good;
  unpadded.push_back(0);
  unpadded[3] = 9;
  EXPECT_FALSE(LooksLikeStun(unpadded));
}

TEST(Message, ValuesSurvive) {
  const auto v4 = *TransportAddress::Parse("198.51.100.7:50000");
  const auto v6 = *TransportAddress::Parse("[2001:db8::7]:1");
  const Message bytes = Build([&](MessageBuilder& b) {
    b.AddXorMappedAddress(v4);
    b.AddMappedAddress(v6);
    b.AddUsername("remote", "local");
    b.AddU32(AttributeType::kPriority, 0xdeadbeef);
    b.AddFlag(AttributeType::kUseCandidate);
    b.AddU64(AttributeType::kIceControlling, 0x0123456789abcdef);
    b.AddErrorCode(ErrorCode::kRoleConflict, "Role Conflict");
    b.AddText(AttributeType::kSoftware, "baton");
  });
  const auto message = MessageView::Parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->transaction_id(), kTransaction);
  EXPECT_EQ(message->xor_mapped_address(), v4);
  EXPECT_EQ(message->mapped_address(), v6);
  EXPECT_EQ(message->username(), "remote:local");
  EXPECT_EQ(message->priority(), 0xdeadbeef);
  EXPECT_TRUE(message->use_candidate());
  EXPECT_EQ(message->ice_controlling(), 0x0123456789abcdefu);
  EXPECT_FALSE(message->ice_controlled());
  ASSERT_TRUE(message->error_code());
  EXPECT_EQ(message->error_code()->code, 487);
  EXPECT_EQ(message->error_code()->reason, "Role Conflict");
  EXPECT_EQ(message->software(), "baton");
  EXPECT_FALSE(message->has_integrity());
  EXPECT_FALSE(message->has_fingerprint());
  EXPECT_TRUE(FingerprintAbsentOrHolds(*message));
}

TEST(Message, AbsentAttributesHaveNoValue) {
  const Message bytes = Build([](MessageBuilder&) {});
  const auto message = MessageView::Parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->xor_mapped_address());
  EXPECT_FALSE(message->mapped_address());
  EXPECT_FALSE(message->username());
  EXPECT_FALSE(message->priority());
  EXPECT_FALSE(message->use_candidate());
  EXPECT_FALSE(message->error_code());
  EXPECT_FALSE(message->software());
  EXPECT_FALSE(MessageIntegrityHolds(*message, IntegrityKey::FromPassword("x").sha1));
}

TEST(Message, ValuesOfTheWrongFormAreNone) {
  const Message bytes = Build([](MessageBuilder& b) {
    b.Add(AttributeType::kPriority, AsBytes("123"));
    b.Add(AttributeType::kIceControlled, AsBytes("1234"));
    b.Add(AttributeType::kErrorCode, AsBytes("123"));
    b.Add(AttributeType::kXorMappedAddress, AsBytes("\0\1pp1234567890123456"));
    b.Add(AttributeType::kMappedAddress, AsBytes("xxx"));
    b.AddText(AttributeType::kUsername, std::string(514, 'u'));
  });
  const auto message = MessageView::Parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->priority());
  EXPECT_FALSE(message->ice_controlled());
  EXPECT_FALSE(message->error_code());
  EXPECT_FALSE(message->xor_mapped_address());
  EXPECT_FALSE(message->mapped_address());
  EXPECT_FALSE(message->username());
}

TEST(Message, AddressesMustMatchTheirFamily) {
  const std::array<std::vector<uint8_t>, 6> values = {
      FromHex("0001123401020304"),                          // right
      FromHex("0002123401020304"),                          // IPv6 with four bytes
      FromHex("0003123401020304"),                          // no such family
      FromHex("00021234000102030405060708090a0b0c0d0e0f"),  // right
      FromHex("00021234000102030405060708090a0b0c0d0e0f10"),
      FromHex("00011234010203")};
  const std::array<bool, 6> right = {true, false, false, true, false, false};
  for (size_t i = 0; i < values.size(); ++i) {
    const Message bytes =
        Build([&](MessageBuilder& b) { b.Add(AttributeType::kMappedAddress, values[i]); });
    const auto message = MessageView::Parse(bytes);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->mapped_address().has_value(), right[i]) << i;
  }
}

TEST(Message, ErrorCodesOutOfRangeAreNone) {
  for (const std::string_view hex : {"00000200", "00000700", "00000464"}) {
    const Message bytes =
        Build([&](MessageBuilder& b) { b.Add(AttributeType::kErrorCode, FromHex(hex)); });
    EXPECT_FALSE(MessageView::Parse(bytes)->error_code()) << hex;
  }
}

TEST(Message, OfDuplicatesTheFirstCounts) {
  const Message bytes = Build([](MessageBuilder& b) {
    b.AddU32(AttributeType::kPriority, 1);
    b.AddU32(AttributeType::kPriority, 2);
  });
  EXPECT_EQ(MessageView::Parse(bytes)->priority(), 1u);
}

TEST(Message, UnknownRequiredAttributesAreListedOnce) {
  const Message bytes = Build([](MessageBuilder& b) {
    b.AddU32(kRequired, 1);
    b.AddU32(kOptional, 1);
    b.AddU32(AttributeType{0x0003}, 0);
    b.AddU32(kRequired, 2);
    b.AddU32(AttributeType::kPriority, 2);
  });
  const UnknownAttributes unknown = MessageView::Parse(bytes)->unknown_required();
  ASSERT_EQ(unknown.types().size(), 2u);
  EXPECT_EQ(unknown.types()[0], kRequired);
  EXPECT_EQ(unknown.types()[1], AttributeType{0x0003});
}

TEST(Message, TooManyAttributesAreMalformed) {
  const auto with = [](size_t count) {
    return Build([&](MessageBuilder& b) {
      for (size_t i = 0; i < count; ++i) b.AddFlag(AttributeType{static_cast<uint16_t>(i + 1000)});
    });
  };
  const Message most = with(kMaxAttributes);
  ASSERT_TRUE(Parses(most));
  const UnknownAttributes unknown = MessageView::Parse(most)->unknown_required();
  EXPECT_EQ(unknown.types().size(), kMaxAttributes);
  EXPECT_FALSE(Parses(with(kMaxAttributes + 1)));
}

TEST(Message, WhatFollowsIntegrityIsIgnored) {
  const IntegrityKey key = IntegrityKey::FromPassword(kVectorPassword);
  const Message bytes = Build([&](MessageBuilder& b) {
    b.AddU32(AttributeType::kPriority, 1);
    b.AddMessageIntegrity(key.sha1);
    b.AddFlag(AttributeType::kUseCandidate);
    b.AddU32(kRequired, 1);
    b.AddMessageIntegritySha256(key.sha256);
    b.AddU32(AttributeType::kIceControlled, 1);
    b.Add(AttributeType::kMessageIntegrity, AsBytes("too short"));
    b.Add(AttributeType::kMessageIntegritySha256, AsBytes("too short"));
    b.AddFingerprint();
  });
  const auto message = MessageView::Parse(bytes);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->priority(), 1u);
  EXPECT_FALSE(message->use_candidate());
  EXPECT_TRUE(message->unknown_required().empty());
  EXPECT_FALSE(message->Has(AttributeType::kMessageIntegrity));
  EXPECT_TRUE(MessageIntegrityHolds(*message, key.sha1));
  EXPECT_TRUE(MessageIntegritySha256Holds(*message, key.sha256));
  EXPECT_TRUE(IntegrityHolds(*message, key));
  EXPECT_TRUE(FingerprintAbsentOrHolds(*message));
}

TEST(Message, Sha1IntegrityBehindSha256IsIgnored) {
  const IntegrityKey key = IntegrityKey::FromPassword(kVectorPassword);
  const Message bytes = Build([&](MessageBuilder& b) {
    b.AddMessageIntegritySha256(key.sha256);
    b.AddMessageIntegrity(key.sha1);
  });
  EXPECT_EQ(MessageView::Parse(bytes)->message_integrity_offset(), 0u);
}

TEST(Message, OfTwoIntegritiesTheStrongerMustHold) {
  const IntegrityKey key = IntegrityKey::FromPassword(kVectorPassword);
  Message bytes = Build([&](MessageBuilder& b) {
    b.AddMessageIntegrity(key.sha1);
    b.AddMessageIntegritySha256(key.sha256);
  });
  bytes.back() ^= 1;
  const auto message = MessageView::Parse(bytes);
  EXPECT_TRUE(MessageIntegrityHolds(*message, key.sha1));
  EXPECT_FALSE(IntegrityHolds(*message, key));
}

TEST(Message, FingerprintMustBeLastAndOfItsSize) {
  EXPECT_FALSE(Parses(Build([](MessageBuilder& b) {
    b.AddFingerprint();
    b.AddU32(kOptional, 1);
  })));
  EXPECT_FALSE(Parses(Build([](MessageBuilder& b) {
    b.AddFingerprint();
    b.AddFingerprint();
  })));
  EXPECT_FALSE(Parses(
      Build([](MessageBuilder& b) { b.Add(AttributeType::kFingerprint, AsBytes("12345678")); })));
  EXPECT_FALSE(
      Parses(Build([](MessageBuilder& b) { b.Add(AttributeType::kFingerprint, AsBytes("123")); })));
}

TEST(Message, IntegrityMustBeOfASizeThatIsAllowed) {
  for (size_t size = 0; size <= 40; ++size) {
    const std::vector<uint8_t> value(size);
    const auto with = [&](AttributeType type) {
      return Parses(Build([&](MessageBuilder& b) { b.Add(type, value); }));
    };
    EXPECT_EQ(with(AttributeType::kMessageIntegrity), size == 20) << size;
    EXPECT_EQ(with(AttributeType::kMessageIntegritySha256),
              size >= 16 && size <= 32 && size % 4 == 0)
        << size;
  }
}

TEST(Message, TruncatedSha256IntegrityHolds) {
  const IntegrityKey key = IntegrityKey::FromPassword(kVectorPassword);
  for (size_t size = 16; size <= 32; size += 4) {
    Message bytes = Build([&](MessageBuilder& b) {
      b.AddText(AttributeType::kSoftware, "abc");
      b.AddMessageIntegritySha256(key.sha256, size);
      b.AddFingerprint();
    });
    EXPECT_TRUE(IntegrityHolds(*MessageView::Parse(bytes), key)) << size;
    bytes[kHeaderSize + 12] ^= 0x10;
    EXPECT_FALSE(IntegrityHolds(*MessageView::Parse(bytes), key)) << size;
  }
}

TEST(Message, NothingHoldsForAnUnsetKey) {
  const auto bytes = SampleRequest();
  EXPECT_FALSE(IntegrityHolds(*MessageView::Parse(bytes), IntegrityKey()));
}

std::vector<Message> Samples() {
  const IntegrityKey key = IntegrityKey::FromPassword(kVectorPassword);
  return {SampleRequest(),
          SampleIpv4Response(),
          SampleIpv6Response(),
          SampleLongTermRequest(),
          SampleSha256Request(),
          Build([&](MessageBuilder& b) {
            b.AddText(AttributeType::kSoftware, "baton");
            b.AddMessageIntegrity(key.sha1);
            b.AddMessageIntegritySha256(key.sha256, 16);
            b.AddFingerprint();
          })};
}

TEST(MessageProperty, NoProperPrefixParses) {
  for (const Message& sample : Samples()) {
    for (size_t size = 0; size < sample.size(); ++size) {
      // A copy of exactly this size, so that the sanitizer sees every byte read beyond it.
      EXPECT_FALSE(Parses(Message(sample.begin(), sample.begin() + size)));
    }
  }
}

TEST(MessageProperty, NoFlippedBitVerifies) {
  const IntegrityKey key = IntegrityKey::FromPassword(kVectorPassword);
  for (const Message& sample : {SampleRequest(), SampleIpv4Response(), SampleIpv6Response()}) {
    for (size_t bit = 0; bit < sample.size() * 8; ++bit) {
      Message flipped = sample;
      flipped[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
      const auto message = MessageView::Parse(flipped);
      if (!message) continue;
      EXPECT_FALSE(message->has_fingerprint() && FingerprintAbsentOrHolds(*message)) << bit;
      const bool is_signed_part = bit / 8 < sample.size() - 8;
      EXPECT_FALSE(is_signed_part && IntegrityHolds(*message, key)) << bit;
    }
  }
}

struct Recorded {
  AttributeType type;
  std::vector<uint8_t> value;
  bool operator==(const Recorded&) const = default;
};

std::vector<Recorded> Record(const MessageView& message) {
  std::vector<Recorded> all;
  message.ForEachAttribute([&](AttributeType type, Bytes value) {
    all.push_back({type, {value.begin(), value.end()}});
  });
  return all;
}

TEST(MessageProperty, WhatIsBuiltIsParsed) {
  Random random(7);
  const IntegrityKey key = IntegrityKey::FromPassword(kVectorPassword);
  for (int round = 0; round < 2000; ++round) {
    std::vector<Recorded> wanted;
    const size_t count = random.Below(12);
    for (size_t i = 0; i < count; ++i) {
      const AttributeType type{static_cast<uint16_t>(0x7000 + random.Below(0x1020))};
      Recorded attribute{type, std::vector<uint8_t>(random.Below(40))};
      for (uint8_t& byte : attribute.value) byte = static_cast<uint8_t>(random());
      wanted.push_back(attribute);
    }
    const bool sha1 = random.OneIn(2);
    const bool sha256 = random.OneIn(2);
    const Message bytes = Build([&](MessageBuilder& b) {
      for (const Recorded& r : wanted) b.Add(r.type, r.value);
      if (sha1) b.AddMessageIntegrity(key.sha1);
      if (sha256) b.AddMessageIntegritySha256(key.sha256);
      b.AddFingerprint();
    });
    const auto message = MessageView::Parse(bytes);
    ASSERT_TRUE(message);
    EXPECT_EQ(Record(*message), wanted);
    EXPECT_EQ(message->message_integrity_offset() != 0, sha1);
    EXPECT_EQ(message->message_integrity_sha256_offset() != 0, sha256);
    EXPECT_EQ(IntegrityHolds(*message, key), sha1 || sha256);
    EXPECT_TRUE(FingerprintAbsentOrHolds(*message));
  }
}

TEST(MessageBuilder, SaysWhenSomethingDoesNotFit) {
  const IntegrityKey key = IntegrityKey::FromPassword(kVectorPassword);
  const auto write = [&](MutableBytes out) {
    MessageBuilder b(out, MessageClass::kRequest, Method::kBinding, kTransaction);
    b.AddUsername("abcd", "efgh");
    b.AddXorMappedAddress(*TransportAddress::Parse("[2001:db8::1]:9"));
    b.AddErrorCode(ErrorCode::kBadRequest, "x");
    b.AddUnknownAttributes(std::array{kRequired});
    b.AddMessageIntegrity(key.sha1);
    b.AddMessageIntegritySha256(key.sha256);
    b.AddFingerprint();
    return b.size();
  };
  std::array<uint8_t, 512> big{};
  const size_t size = write(big);
  ASSERT_GT(size, 0u);
  for (size_t room = 0; room <= size; ++room) {
    std::vector<uint8_t> out(room);
    EXPECT_EQ(write(out), room == size ? size : 0) << room;
  }
}

TEST(MessageBuilder, AMessageEndsAtWhatItsLengthCanSay) {
  std::vector<uint8_t> out(80000);
  const std::vector<uint8_t> value(0xffff);
  MessageBuilder builder(out, MessageClass::kRequest, Method::kBinding, kTransaction);
  builder.Add(kOptional, value);
  EXPECT_FALSE(builder.ok());
  EXPECT_EQ(builder.size(), 0u);
  EXPECT_TRUE(builder.message().empty());
}

}  // namespace
}  // namespace baton::stun
