// The numbers of STUN (RFC 8489) and of its use in ICE (RFC 8445), as IANA registers them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace baton::stun {

inline constexpr uint32_t kMagicCookie = 0x2112a442;
inline constexpr size_t kHeaderSize = 20;
inline constexpr size_t kAttributeHeaderSize = 4;

// The two bits of the message type that say what a message is (RFC 8489 section 5).
enum class MessageClass : uint8_t { kRequest = 0, kIndication = 1, kSuccess = 2, kError = 3 };

// 12 bits, of which RFC 7983 leaves the lower 8. Only Binding has a name here; others are parsed
// and not answered.
enum class Method : uint16_t { kBinding = 0x001 };

// Values of other attributes may be carried by this type; those below 0x8000 are
// comprehension-required (RFC 8489 section 14).
enum class AttributeType : uint16_t {
  kMappedAddress = 0x0001,
  kUsername = 0x0006,
  kMessageIntegrity = 0x0008,
  kErrorCode = 0x0009,
  kUnknownAttributes = 0x000a,
  kRealm = 0x0014,
  kNonce = 0x0015,
  kMessageIntegritySha256 = 0x001c,
  kPasswordAlgorithm = 0x001d,
  kUserhash = 0x001e,
  kXorMappedAddress = 0x0020,
  kPriority = 0x0024,
  kUseCandidate = 0x0025,
  kSoftware = 0x8022,
  kFingerprint = 0x8028,
  kIceControlled = 0x8029,
  kIceControlling = 0x802a,
};

constexpr bool IsComprehensionRequired(AttributeType type) {
  return static_cast<uint16_t>(type) < 0x8000;
}

// Error codes that Baton sends (RFC 8489 section 14.8, RFC 8445 section 16.1).
enum class ErrorCode : uint16_t {
  kBadRequest = 400,
  kUnauthenticated = 401,
  kUnknownAttribute = 420,
  kRoleConflict = 487,
};

using TransactionId = std::array<uint8_t, 12>;

}  // namespace baton::stun
