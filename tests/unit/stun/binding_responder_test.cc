#include "stun/binding_responder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "stun/integrity.h"
#include "stun/message_builder.h"
#include "stun/rfc3489.h"
#include "tests/unit/stun/vectors.h"

namespace baton::stun {
namespace {

using Message = std::vector<uint8_t>;

const TransactionId kTransaction = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
const TransportAddress kV4 = *TransportAddress::Parse("203.0.113.9:41000");
const TransportAddress kV6 = *TransportAddress::Parse("[2001:db8::9]:41000");

template <class F>
Message Build(F&& add, MessageClass message_class = MessageClass::kRequest,
              Method method = Method::kBinding) {
  std::array<uint8_t, 1024> out{};
  MessageBuilder builder(out, message_class, method, kTransaction);
  add(builder);
  const Bytes message = builder.message();
  return {message.begin(), message.end()};
}

struct Answer {
  BindingResult result;
  Message bytes;
};

Answer Ask(Bytes request, const TransportAddress& source = kV4) {
  Message out(kMaxBindingReplySize);
  const BindingReply reply = RespondToBinding(request, source, out);
  out.resize(reply.size);
  return {reply.result, out};
}

TEST(BindingResponder, TellsTheAddressInTheSmallestReply) {
  const Message request = Build([](MessageBuilder&) {});
  for (const auto& [source, size] : {std::pair{kV4, 32u}, std::pair{kV6, 44u}}) {
    const Answer answer = Ask(request, source);
    EXPECT_EQ(answer.result, BindingResult::kAnswered);
    EXPECT_EQ(answer.bytes.size(), size);
    const auto reply = MessageView::Parse(answer.bytes);
    ASSERT_TRUE(reply);
    EXPECT_TRUE(reply->IsBinding(MessageClass::kSuccess));
    EXPECT_EQ(reply->transaction_id(), kTransaction);
    EXPECT_EQ(reply->xor_mapped_address(), source);
  }
}

TEST(BindingResponder, AnswersAFingerprintWithOne) {
  Message request = Build([](MessageBuilder& b) { b.AddFingerprint(); });
  const Answer answer = Ask(request);
  const auto reply = MessageView::Parse(answer.bytes);
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->has_fingerprint());
  EXPECT_TRUE(FingerprintAbsentOrHolds(*reply));

  request.back() ^= 1;
  const Answer silence = Ask(request);
  EXPECT_EQ(silence.result, BindingResult::kBadFingerprint);
  EXPECT_TRUE(silence.bytes.empty());
}

TEST(BindingResponder, IgnoresCredentials) {
  const Answer answer = Ask(SampleLongTermRequest());
  EXPECT_EQ(answer.result, BindingResult::kAnswered);
  EXPECT_FALSE(MessageView::Parse(answer.bytes)->has_integrity());
}

TEST(BindingResponder, ListsWhatItDoesNotKnow) {
  const Message request = Build([](MessageBuilder& b) {
    b.AddU32(AttributeType{0x0003}, 6);  // CHANGE-REQUEST of RFC 5780
    b.AddFlag(AttributeType{0x7777});
    b.AddFingerprint();
  });
  const Answer answer = Ask(request);
  EXPECT_EQ(answer.result, BindingResult::kUnknownAttribute);
  const auto reply = MessageView::Parse(answer.bytes);
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->IsBinding(MessageClass::kError));
  EXPECT_EQ(reply->transaction_id(), kTransaction);
  EXPECT_EQ(reply->error_code()->code, 420);
  const auto list = reply->Find(AttributeType::kUnknownAttributes);
  ASSERT_TRUE(list);
  EXPECT_EQ(Message(list->begin(), list->end()), FromHex("00037777"));
  EXPECT_TRUE(reply->has_fingerprint() && FingerprintAbsentOrHolds(*reply));
}

TEST(BindingResponder, AnswersNothingButBindingRequests) {
  const auto none = [](MessageBuilder&) {};
  for (const MessageClass c :
       {MessageClass::kIndication, MessageClass::kSuccess, MessageClass::kError}) {
    const Answer answer = Ask(Build(none, c));
    EXPECT_EQ(answer.result, BindingResult::kNotARequest);
    EXPECT_TRUE(answer.bytes.empty());
  }
  const Answer other = Ask(Build(none, MessageClass::kRequest, Method{0x003}));
  EXPECT_EQ(other.result, BindingResult::kOtherMethod);
  EXPECT_TRUE(other.bytes.empty());
  EXPECT_EQ(Ask({}).result, BindingResult::kMalformed);
  EXPECT_EQ(Ask(SampleIpv4Response()).result, BindingResult::kNotARequest);
}

TEST(BindingResponder, NeverAnswersItsOwnAnswers) {
  for (const Message& request :
       {Build([](MessageBuilder&) {}),
        Build([](MessageBuilder& b) { b.AddFlag(AttributeType{0x7777}); }), Message(20, 0)}) {
    const Answer answer = Ask(request);
    EXPECT_TRUE(Ask(answer.bytes).bytes.empty());
  }
}

// What the client of Debian's package stun-client sends: no cookie, and a CHANGE-REQUEST that
// changes nothing.
Message Rfc3489Request(std::string_view change = "00000000") {
  return FromHex("0001000801bbfc463a583c138eaeb364a48a5a3d00030004" + std::string(change));
}

TEST(BindingResponder, AnswersClientsOfRfc3489) {
  const Message request = Rfc3489Request();
  for (const TransportAddress& source : {kV4, kV6}) {
    const Answer answer = Ask(request, source);
    EXPECT_EQ(answer.result, BindingResult::kAnsweredRfc3489);
    EXPECT_TRUE(std::equal(request.begin() + 4, request.begin() + 20, answer.bytes.begin() + 4));
    // Its parser is this one's but for the cookie.
    Message modern = answer.bytes;
    StoreU32(&modern[4], kMagicCookie);
    const auto reply = MessageView::Parse(modern);
    ASSERT_TRUE(reply);
    EXPECT_TRUE(reply->IsBinding(MessageClass::kSuccess));
    EXPECT_EQ(reply->mapped_address(), source);
    EXPECT_TRUE(Ask(answer.bytes).bytes.empty()) << "an answer is not answered";
  }
}

TEST(BindingResponder, IsSilentWhenAnRfc3489ClientAsksForMore) {
  const auto with_attributes = [](std::string_view hex) {
    const std::string body(hex);
    std::string length = "00";
    length[0] = "0123456789abcdef"[body.size() / 2 / 16];
    length[1] = "0123456789abcdef"[body.size() / 2 % 16];
    return FromHex("000100" + length + "01bbfc463a583c138eaeb364a48a5a3d" + body);
  };
  EXPECT_EQ(Ask(with_attributes("")).result, BindingResult::kAnsweredRfc3489);
  EXPECT_EQ(Ask(with_attributes("8fff000400000000")).result, BindingResult::kAnsweredRfc3489);
  for (const std::string_view hex :
       {"0003000400000006",          // answer from another address and port
        "0003000400000002",          // from another port
        "0003000200000000",          // of the wrong size
        "000200080001123401020304",  // RESPONSE-ADDRESS: aim the answer at somebody else
        "0006000461626364",          // USERNAME: wants authentication
        "0003", "00030004", "8fff0010"}) {
    const Answer answer = Ask(with_attributes(hex));
    EXPECT_EQ(answer.result, BindingResult::kRfc3489Unsupported) << hex;
    EXPECT_TRUE(answer.bytes.empty()) << hex;
  }
}

TEST(BindingResponder, NoReplyIsMuchLongerThanItsRequest) {
  const auto check = [](const Message& request, const TransportAddress& source) {
    const Answer answer = Ask(request, source);
    EXPECT_LE(answer.bytes.size(), request.size() + kMaxReplyGrowth);
  };
  for (size_t count = 0; count <= kMaxAttributes; ++count) {
    for (const bool fingerprint : {false, true}) {
      const Message request = Build([&](MessageBuilder& b) {
        for (size_t i = fingerprint ? 1 : 0; i < count; ++i) {
          b.AddFlag(AttributeType{static_cast<uint16_t>(0x7000 + i)});
        }
        if (fingerprint) b.AddFingerprint();
      });
      check(request, kV4);
      check(request, kV6);
      Message old = request;
      old[4] = 0;
      check(old, kV6);
    }
  }
}

TEST(BindingResponder, EveryBitFlippedIsHandled) {
  for (const Message& sample : {SampleRequest(), SampleLongTermRequest(), Rfc3489Request()}) {
    for (size_t bit = 0; bit < sample.size() * 8; ++bit) {
      Message flipped = sample;
      flipped[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
      const Answer answer = Ask(flipped);
      EXPECT_LE(answer.bytes.size(), flipped.size() + kMaxReplyGrowth);
      EXPECT_EQ(answer.bytes.empty(), answer.result >= BindingResult::kRateLimited);
    }
  }
}

TEST(BindingResponder, LimitsEachSource) {
  BindingResponder responder({.requests_per_second = 1, .burst = 3});
  const Message request = Build([](MessageBuilder&) {});
  Message out(kMaxBindingReplySize);
  TimePoint now{};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(responder.Respond(now, request, kV4, out).result, BindingResult::kAnswered);
  }
  const BindingReply limited = responder.Respond(now, request, kV4, out);
  EXPECT_EQ(limited.result, BindingResult::kRateLimited);
  EXPECT_EQ(limited.size, 0u);
  EXPECT_EQ(responder.Respond(now, request, kV6, out).result, BindingResult::kAnswered);
  now += std::chrono::seconds(1);
  EXPECT_EQ(responder.Respond(now, request, kV4, out).result, BindingResult::kAnswered);
}

TEST(BindingResponder, ResultsHaveDistinctNames) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < kBindingResults; ++i) {
    names.insert(Name(BindingResult{static_cast<uint8_t>(i)}));
  }
  EXPECT_EQ(names.size(), kBindingResults);
  EXPECT_FALSE(names.contains("unknown"));
}

}  // namespace
}  // namespace baton::stun
