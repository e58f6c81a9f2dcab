// Writes a STUN message into the caller's bytes (RFC 8489 section 5 and 14).
//
// The message is complete after every call: header, attributes so far, and the length that counts
// them. Padding is zero. Order is the caller's business: attributes, then integrity, then
// fingerprint.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/address.h"
#include "base/bytes.h"
#include "stun/attributes.h"
#include "stun/hmac.h"

namespace baton::stun {

class MessageBuilder {
 public:
  MessageBuilder(MutableBytes out, MessageClass message_class, Method method,
                 const TransactionId& transaction_id);

  void Add(AttributeType type, Bytes value);
  void AddText(AttributeType type, std::string_view text);
  // The USERNAME of a connectivity check, "remote:local" (RFC 8445 section 7.2.2).
  void AddUsername(std::string_view remote_ufrag, std::string_view local_ufrag);
  void AddU32(AttributeType type, uint32_t value);
  void AddU64(AttributeType type, uint64_t value);
  void AddFlag(AttributeType type) { Add(type, {}); }
  void AddMappedAddress(const TransportAddress& address);
  void AddXorMappedAddress(const TransportAddress& address);
  void AddErrorCode(ErrorCode code, std::string_view reason = {});
  void AddUnknownAttributes(std::span<const AttributeType> types);

  void AddMessageIntegrity(const HmacSha1Key& key);
  // `size`: how much of the HMAC is kept (RFC 8489 section 14.6): 16..32, a multiple of four.
  void AddMessageIntegritySha256(const HmacSha256Key& key, size_t size = Sha256::kDigestSize);
  void AddFingerprint();

  // False once something did not fit.
  bool ok() const { return writer_.ok(); }
  // Bytes of the message; 0 if it did not fit.
  size_t size() const { return ok() ? writer_.size() : 0; }
  Bytes message() const { return ok() ? writer_.written() : Bytes(); }

 private:
  // Writes an attribute's header and counts the attribute in the message's length.
  void StartAttribute(AttributeType type, size_t value_size);
  void Pad();
  void AddAddress(AttributeType type, const TransportAddress& address, Bytes mask);

  ByteWriter writer_;
};

}  // namespace baton::stun
