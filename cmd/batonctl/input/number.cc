#include "cmd/batonctl/input/number.h"

#include <charconv>
#include <string>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "cmd/batonctl/output/safe_text.h"

namespace baton::cli {

absl::StatusOr<uint64_t> ParseUnsigned(std::string_view text, uint64_t max) {
  std::string_view digits = text;
  int base = 10;
  if (digits.starts_with("0x") || digits.starts_with("0X")) {
    digits.remove_prefix(2);
    base = 16;
  }
  uint64_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, base);
  if (error == std::errc::invalid_argument || stop != end) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", SafeText(text), "\" is not a number: write it like 4660 or 0x1234"));
  }
  if (error == std::errc::result_out_of_range || value > max) {
    return absl::InvalidArgumentError(
        absl::StrCat(std::string(text), " is too large: at most ", max));
  }
  return value;
}

}  // namespace baton::cli
