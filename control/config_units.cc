#include "control/config_units.h"

#include <charconv>
#include <limits>
#include <span>

namespace baton::control {
namespace {

struct Unit {
  std::string_view name;
  uint64_t factor;
};

// The largest first, as the formatters want them.
constexpr Unit kDurations[] = {{"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}};
constexpr Unit kBinarySizes[] = {
    {"GiB", uint64_t{1} << 30}, {"MiB", uint64_t{1} << 20}, {"KiB", uint64_t{1} << 10}, {"B", 1}};
constexpr Unit kDecimalSizes[] = {{"GB", 1'000'000'000}, {"MB", 1'000'000}, {"kB", 1000}};

std::optional<uint64_t> Parse(std::string_view text, std::span<const Unit> units) {
  const size_t digits = text.find_first_not_of("0123456789");
  if (digits == std::string_view::npos) return std::nullopt;
  const std::optional<uint64_t> number = ParseWholeNumber(text.substr(0, digits));
  if (!number) return std::nullopt;
  for (const Unit& unit : units) {
    if (text.substr(digits) != unit.name) continue;
    if (*number > std::numeric_limits<uint64_t>::max() / unit.factor) return std::nullopt;
    return *number * unit.factor;
  }
  return std::nullopt;
}

std::string Format(uint64_t value, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (value != 0 && value % unit.factor == 0) {
      return std::to_string(value / unit.factor).append(unit.name);
    }
  }
  return std::to_string(value).append(units.back().name);
}

}  // namespace

std::optional<uint64_t> ParseDurationMs(std::string_view text) { return Parse(text, kDurations); }
std::string FormatDurationMs(uint64_t ms) { return Format(ms, kDurations); }

std::optional<uint64_t> ParseSizeBytes(std::string_view text) {
  const std::optional<uint64_t> binary = Parse(text, kBinarySizes);
  return binary ? binary : Parse(text, kDecimalSizes);
}
std::string FormatSizeBytes(uint64_t bytes) { return Format(bytes, kBinarySizes); }

std::optional<uint64_t> ParseWholeNumber(std::string_view text) {
  uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  return value;
}

}  // namespace baton::control
