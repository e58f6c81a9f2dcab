// What a ufrag and a password may be (RFC 8445 section 5.3, RFC 8839 section 5.4).
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace baton::stun {

inline constexpr size_t kMinUfragSize = 4;
inline constexpr size_t kMaxUfragSize = 256;
inline constexpr size_t kMinPasswordSize = 22;
inline constexpr size_t kMaxPasswordSize = 256;

constexpr bool IsIceChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

constexpr bool IsValidUfrag(std::string_view ufrag) {
  return ufrag.size() >= kMinUfragSize && ufrag.size() <= kMaxUfragSize &&
         std::all_of(ufrag.begin(), ufrag.end(), IsIceChar);
}

constexpr bool IsValidPassword(std::string_view password) {
  return password.size() >= kMinPasswordSize && password.size() <= kMaxPasswordSize &&
         std::all_of(password.begin(), password.end(), IsIceChar);
}

}  // namespace baton::stun
