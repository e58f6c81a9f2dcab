// The ICE-lite side of connectivity checks (RFC 8445 sections 2.5 and 7) with short-term
// credentials (RFC 8489 section 9.1): the answer to a peer's check, and the relay's own checks,
// which challenge a new address and renew consent (RFC 7675). Functions of their arguments; state
// is the caller's.
//
// Roles. A lite agent is always controlled towards a full one (RFC 8445 section 6.1.1) and never
// switches. Its tie-breaker is 0, the smallest: by section 7.3.1.1 a peer that claims to be
// controlled too gets a 487 and becomes controlling, and one that hears a check of ours does so on
// its own. A peer that claims nothing is an old one, and is accepted.
//
// Fingerprint. What Baton sends has it. A check without it is accepted, for its integrity proves
// more; a check with a wrong one is ignored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/address.h"
#include "base/bytes.h"
#include "stun/attributes.h"
#include "stun/hmac.h"
#include "stun/message.h"

namespace baton::stun {

inline constexpr uint64_t kLiteTieBreaker = 0;

// USERNAME of a check: "<ufrag of who receives it>:<ufrag of who sends it>". Unproven.
struct CheckUsername {
  std::string_view local;   // the receiver's: what an endpoint is looked up by; not empty
  std::string_view remote;  // what follows the first ':'
};

// Nothing if there is no USERNAME, or no ':' in it, or nothing in front of it.
std::optional<CheckUsername> SplitUsername(const MessageView& message);

enum class CheckVerdict : uint8_t {
  kSuccess,
  kBadRequest,        // 400, signed: no PRIORITY, or ICE attributes of the wrong form
  kUnauthorized,      // 401: the integrity does not hold
  kUnknownAttribute,  // 420, signed
  kRoleConflict,      // 487, signed
  kNotACheck,         // this one and the following: silence. Not a Binding request.
  kBadFingerprint,
  kNoCredentials,  // no USERNAME or no integrity attribute
  kUnknownUser,    // the USERNAME is for somebody else
};
inline constexpr size_t kCheckVerdicts = 9;

// The metric's label.
std::string_view Name(CheckVerdict verdict);

struct CheckResult {
  CheckVerdict verdict = CheckVerdict::kNotACheck;
  bool use_candidate = false;  // kSuccess only: the peer nominates this pair
  uint32_t priority = 0;       // kSuccess only
  size_t reply_size = 0;       // bytes written; 0: send nothing
};

// An error code with the list of unknown attributes, SHA-256 integrity, fingerprint.
inline constexpr size_t kMaxCheckReplySize =
    kHeaderSize + 8 + kAttributeHeaderSize + 2 * kMaxAttributes + 36 + 8;

// Judges a check that arrived from `source` for the endpoint with `local_ufrag`, whose password
// `key` was made of, and writes the reply. `out` has kMaxCheckReplySize bytes or more.
//
// RFC 8489 section 9.1.3 wants a 400 without credentials and a 401 for an unknown user; on a port
// that carries media both get silence, so that nobody learns who is there. A known user with the
// wrong integrity gets a 401, which is not signed, in 36 bytes; a caller may as well not send it.
// Replies to authenticated requests are signed in the form in which the request was.
CheckResult EvaluateCheck(const MessageView& check, std::string_view local_ufrag,
                          const IntegrityKey& key, const TransportAddress& source,
                          MutableBytes out);

struct CheckParameters {
  TransactionId transaction_id{};
  std::string_view remote_ufrag;
  std::string_view local_ufrag;
  uint32_t priority = 0;
};

// Exactly what WriteCheck() writes: USERNAME, PRIORITY, ICE-CONTROLLED, MESSAGE-INTEGRITY,
// FINGERPRINT.
constexpr size_t CheckSize(const CheckParameters& check) {
  const size_t username = check.remote_ufrag.size() + 1 + check.local_ufrag.size();
  return kHeaderSize + kAttributeHeaderSize + (username + 3) / 4 * 4 + 8 + 12 + 24 + 8;
}

// A check of our own, signed with `key` (of the peer's password). Returns its size, or 0 if it does
// not fit into `out`.
size_t WriteCheck(const CheckParameters& check, const HmacSha1Key& key, MutableBytes out);

// True for a Binding success response that is signed with `key` (in either form), without
// comprehension-required attributes that Baton does not know, and without a wrong fingerprint.
// Whether its transaction id is of an outstanding check is for the caller to see.
bool VerifyCheckResponse(const MessageView& response, const IntegrityKey& key);

}  // namespace baton::stun
