#include "stun/message_builder.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "stun/integrity.h"

namespace baton::stun {
namespace {

uint16_t MessageType(MessageClass message_class, Method method) {
  const unsigned c = static_cast<unsigned>(message_class);
  const unsigned m = static_cast<unsigned>(method);
  return static_cast<uint16_t>((m & 0xf80) << 2 | (c & 2) << 7 | (m & 0x70) << 1 | (c & 1) << 4 |
                               (m & 0xf));
}

Bytes AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// A message's length field is a multiple of four in 16 bits.
constexpr size_t kMaxMessageSize = kHeaderSize + 0xfffc;

}  // namespace

MessageBuilder::MessageBuilder(MutableBytes out, MessageClass message_class, Method method,
                               const TransactionId& transaction_id)
    : writer_(out.first(std::min(out.size(), kMaxMessageSize))) {
  writer_.U16(MessageType(message_class, method));
  writer_.U16(0);
  writer_.U32(kMagicCookie);
  writer_.Copy(transaction_id);
}

void MessageBuilder::StartAttribute(AttributeType type, size_t value_size) {
  const size_t padded = (value_size + 3) / 4 * 4;
  // Also makes sure that the length, and so the value's size, is within 16 bits.
  if (writer_.room() < kAttributeHeaderSize + padded) {
    writer_.Zeros(writer_.room() + 1);  // fails, and so does all that follows
    return;
  }
  const size_t length = writer_.size() - kHeaderSize + kAttributeHeaderSize + padded;
  writer_.PatchU16(2, static_cast<uint16_t>(length));
  writer_.U16(static_cast<uint16_t>(type));
  writer_.U16(static_cast<uint16_t>(value_size));
}

void MessageBuilder::Pad() { writer_.Zeros((4 - writer_.size() % 4) % 4); }

void MessageBuilder::Add(AttributeType type, Bytes value) {
  StartAttribute(type, value.size());
  writer_.Copy(value);
  Pad();
}

void MessageBuilder::AddText(AttributeType type, std::string_view text) {
  Add(type, AsBytes(text));
}

void MessageBuilder::AddUsername(std::string_view remote_ufrag, std::string_view local_ufrag) {
  StartAttribute(AttributeType::kUsername, remote_ufrag.size() + 1 + local_ufrag.size());
  writer_.Copy(AsBytes(remote_ufrag));
  writer_.U8(':');
  writer_.Copy(AsBytes(local_ufrag));
  Pad();
}

void MessageBuilder::AddU32(AttributeType type, uint32_t value) {
  StartAttribute(type, 4);
  writer_.U32(value);
}

void MessageBuilder::AddU64(AttributeType type, uint64_t value) {
  StartAttribute(type, 8);
  writer_.U64(value);
}

void MessageBuilder::AddAddress(AttributeType type, const TransportAddress& address, Bytes mask) {
  BATON_CHECK(address.ip.size() != 0);
  StartAttribute(type, 4 + address.ip.size());
  writer_.U8(0);
  writer_.U8(address.ip.is_v4() ? 1 : 2);
  writer_.U16(static_cast<uint16_t>(address.port ^ LoadU16(mask.data())));
  for (size_t i = 0; i < address.ip.size(); ++i) {
    writer_.U8(static_cast<uint8_t>(address.ip.bytes()[i] ^ mask[i]));
  }
}

void MessageBuilder::AddMappedAddress(const TransportAddress& address) {
  static constexpr std::array<uint8_t, 16> kNoMask{};
  AddAddress(AttributeType::kMappedAddress, address, kNoMask);
}

void MessageBuilder::AddXorMappedAddress(const TransportAddress& address) {
  if (!ok()) return;
  AddAddress(AttributeType::kXorMappedAddress, address, writer_.written().subspan(4, 16));
}

void MessageBuilder::AddErrorCode(ErrorCode code, std::string_view reason) {
  const auto number = static_cast<unsigned>(code);
  StartAttribute(AttributeType::kErrorCode, 4 + reason.size());
  writer_.U16(0);
  writer_.U8(static_cast<uint8_t>(number / 100));
  writer_.U8(static_cast<uint8_t>(number % 100));
  writer_.Copy(AsBytes(reason));
  Pad();
}

void MessageBuilder::AddUnknownAttributes(std::span<const AttributeType> types) {
  StartAttribute(AttributeType::kUnknownAttributes, 2 * types.size());
  for (const AttributeType type : types) writer_.U16(static_cast<uint16_t>(type));
  Pad();
}

// The length that an integrity attribute and the fingerprint are computed with counts themselves
// but nothing behind them: StartAttribute() has just made it so.
void MessageBuilder::AddMessageIntegrity(const HmacSha1Key& key) {
  BATON_CHECK(key.is_set());
  const size_t signed_size = writer_.size();
  StartAttribute(AttributeType::kMessageIntegrity, Sha1::kDigestSize);
  writer_.Copy(key.Sign(writer_.written().first(signed_size)));
}

void MessageBuilder::AddMessageIntegritySha256(const HmacSha256Key& key, size_t size) {
  BATON_CHECK(key.is_set() && size >= 16 && size <= Sha256::kDigestSize && size % 4 == 0);
  const size_t signed_size = writer_.size();
  StartAttribute(AttributeType::kMessageIntegritySha256, size);
  writer_.Copy(Bytes(key.Sign(writer_.written().first(signed_size))).first(size));
}

void MessageBuilder::AddFingerprint() {
  const size_t covered = writer_.size();
  StartAttribute(AttributeType::kFingerprint, 4);
  writer_.U32(Crc32(writer_.written().first(covered)) ^ kFingerprintMask);
}

}  // namespace baton::stun
