// The names that controllers give to rooms, endpoints and tracks.
#pragma once

#include <string_view>

#include "base/fixed_string.h"

namespace baton::relay {

inline constexpr size_t kMaxNameSize = 64;
using Name = FixedString<kMaxNameSize>;

// 1..64 bytes of ASCII letters, digits and . _ - @ : + = ~. No '/', which separates names.
constexpr bool IsValidName(std::string_view name) {
  if (name.empty() || name.size() > kMaxNameSize) return false;
  for (const char c : name) {
    const bool alphanumeric =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!alphanumeric && std::string_view("._-@:+=~").find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

}  // namespace baton::relay
