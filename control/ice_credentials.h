// The relay's own ICE credentials (RFC 8445 section 5.3), from the operating system's randomness:
// whoever guesses one can take over an endpoint.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "relay/model.h"

namespace baton::control {

inline constexpr size_t kLocalUfragSize = 8;      // 48 bits
inline constexpr size_t kLocalPasswordSize = 24;  // 144 bits; RFC 8445 wants 128 at least

// UNAVAILABLE if the operating system has none to give.
absl::StatusOr<relay::IceCredentials> MakeIceCredentials();

// RFC 8839 section 5.4: letters, digits, '+' and '/'.
bool IsIceChars(std::string_view text);

}  // namespace baton::control
