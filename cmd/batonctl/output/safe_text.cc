#include "cmd/batonctl/output/safe_text.h"

namespace baton::cli {

std::string SafeText(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    if (c >= ' ' && c <= '~') {
      safe += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    safe += "\\x";
    safe += kHex[byte >> 4];
    safe += kHex[byte & 15];
  }
  return safe;
}

}  // namespace baton::cli
