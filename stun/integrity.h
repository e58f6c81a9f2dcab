// Whether a message is what its integrity attributes say (RFC 8489 sections 14.5 to 14.7).
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "stun/hmac.h"
#include "stun/message.h"

namespace baton::stun {

// CRC-32 of ITU-T V.42 over `bytes`, as FINGERPRINT uses it before its XOR.
uint32_t Crc32(Bytes bytes);

inline constexpr uint32_t kFingerprintMask = 0x5354554e;

// True if the message has the attribute and it holds. False for an unset key.
bool MessageIntegrityHolds(const MessageView& message, const HmacSha1Key& key);
bool MessageIntegritySha256Holds(const MessageView& message, const HmacSha256Key& key);

// The stronger of the message's integrity attributes must hold; one must be there.
bool IntegrityHolds(const MessageView& message, const IntegrityKey& key);

// True if FINGERPRINT is absent or holds.
bool FingerprintAbsentOrHolds(const MessageView& message);

}  // namespace baton::stun
