// STUN from anybody: the codec, the Binding server, and the connectivity checks.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "stun/binding_responder.h"
#include "stun/ice_lite.h"
#include "stun/integrity.h"
#include "stun/message.h"
#include "stun/message_builder.h"

namespace baton::stun {
namespace {

// Those of RFC 5769, so that the corpus has messages that verify.
constexpr std::string_view kUfrag = "evtj";
constexpr std::string_view kPassword = "VOkJxbRl1RmTxUk/WvJxBt";
const TransportAddress kSources[] = {
    {IpAddress::V4({192, 0, 2, 1}), 32853},
    {IpAddress::V6({0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}), 7}};

struct Attribute {
  AttributeType type;
  std::vector<uint8_t> value;
  bool operator==(const Attribute&) const = default;
};

std::vector<Attribute> AttributesOf(const MessageView& message) {
  std::vector<Attribute> all;
  message.ForEachAttribute([&](AttributeType type, Bytes value) {
    all.push_back({type, {value.begin(), value.end()}});
  });
  return all;
}

void ReadAllValues(const MessageView& message) {
  (void)message.mapped_address();
  (void)message.xor_mapped_address();
  (void)message.error_code();
  (void)message.software();
  (void)message.ice_controlled();
  (void)message.ice_controlling();
  const std::optional<CheckUsername> names = SplitUsername(message);
  BATON_CHECK(!names || names->local.size() + 1 + names->remote.size() ==
                            message.username().value_or("").size());
  const UnknownAttributes unknown = message.unknown_required();
  for (const AttributeType type : unknown.types()) {
    BATON_CHECK(IsComprehensionRequired(type) && message.Has(type));
  }
}

// What was parsed can be written, and is the same when it is read again.
void CheckRoundTrip(const MessageView& message, const IntegrityKey& key) {
  std::vector<uint8_t> out(message.bytes().size() + 24 + 36 + 8);
  MessageBuilder builder(out, message.message_class(), message.method(), message.transaction_id());
  const std::vector<Attribute> attributes = AttributesOf(message);
  for (const Attribute& a : attributes) builder.Add(a.type, a.value);
  const bool room_for_more = attributes.size() + 3 <= kMaxAttributes && out.size() <= 0xffff;
  if (room_for_more) {
    builder.AddMessageIntegrity(key.sha1);
    builder.AddMessageIntegritySha256(key.sha256);
    builder.AddFingerprint();
  }
  const std::optional<MessageView> again = MessageView::Parse(builder.message());
  BATON_CHECK(again && again->message_class() == message.message_class() &&
              again->method() == message.method() &&
              again->transaction_id() == message.transaction_id());
  BATON_CHECK(AttributesOf(*again) == attributes);
  BATON_CHECK(!room_for_more ||
              (MessageIntegrityHolds(*again, key.sha1) && IntegrityHolds(*again, key) &&
               again->has_fingerprint() && FingerprintAbsentOrHolds(*again)));
}

void CheckResponder(Bytes datagram, const TransportAddress& source) {
  std::array<uint8_t, kMaxBindingReplySize> out{};
  const BindingReply reply = RespondToBinding(datagram, source, out);
  BATON_CHECK((reply.size == 0) == (reply.result >= BindingResult::kRateLimited));
  BATON_CHECK(reply.size <= datagram.size() + kMaxReplyGrowth);
  const Bytes bytes = Bytes(out).first(reply.size);
  std::array<uint8_t, kMaxBindingReplySize> ignored{};
  BATON_CHECK(RespondToBinding(bytes, source, ignored).size == 0);
  if (reply.result != BindingResult::kAnswered) return;
  const std::optional<MessageView> answer = MessageView::Parse(bytes);
  BATON_CHECK(answer && answer->xor_mapped_address() == source &&
              FingerprintAbsentOrHolds(*answer));
}

void CheckIceLite(const MessageView& message, const IntegrityKey& key,
                  const TransportAddress& source) {
  std::array<uint8_t, kMaxCheckReplySize> out{};
  const CheckResult result = EvaluateCheck(message, kUfrag, key, source, out);
  BATON_CHECK((result.reply_size == 0) == (result.verdict >= CheckVerdict::kNotACheck));
  const bool proven = IntegrityHolds(message, key);
  BATON_CHECK(proven || result.reply_size == 0 || result.verdict == CheckVerdict::kUnauthorized);
  BATON_CHECK(proven || !VerifyCheckResponse(message, key));
  if (result.reply_size == 0) return;
  const std::optional<MessageView> reply = MessageView::Parse(Bytes(out).first(result.reply_size));
  BATON_CHECK(reply && reply->transaction_id() == message.transaction_id() &&
              FingerprintAbsentOrHolds(*reply));
  BATON_CHECK(IntegrityHolds(*reply, key) == (result.verdict != CheckVerdict::kUnauthorized));
}

}  // namespace
}  // namespace baton::stun

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace baton;
  using namespace baton::stun;
  static const IntegrityKey key = IntegrityKey::FromPassword(kPassword);
  const Bytes datagram(data, size);
  for (const TransportAddress& source : kSources) CheckResponder(datagram, source);
  const std::optional<MessageView> message = MessageView::Parse(datagram);
  BATON_CHECK(!message || LooksLikeStun(datagram));
  if (!message) return 0;
  ReadAllValues(*message);
  CheckRoundTrip(*message, key);
  for (const TransportAddress& source : kSources) CheckIceLite(*message, key, source);
  return 0;
}
