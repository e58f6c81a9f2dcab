#include "bench/load/units.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/hash.h"
#include "control/quote.h"

namespace baton::bench {
namespace {

struct Unit {
  std::string_view name;
  uint64_t factor;
};

constexpr uint64_t kNsPerSecond = 1'000'000'000;
// The largest first, as the formatters want them.
constexpr Unit kDurations[] = {{"h", 3600 * kNsPerSecond},
                               {"m", 60 * kNsPerSecond},
                               {"s", kNsPerSecond},
                               {"ms", 1'000'000},
                               {"us", 1000},
                               {"ns", 1}};
constexpr Unit kCounts[] = {{"G", 1'000'000'000}, {"M", 1'000'000}, {"k", 1000}, {"", 1}};
constexpr Unit kBytes[] = {{"GiB", uint64_t{1} << 30},
                           {"MiB", uint64_t{1} << 20},
                           {"KiB", uint64_t{1} << 10},
                           {"GB", 1'000'000'000},
                           {"MB", 1'000'000},
                           {"kB", 1000},
                           {"B", 1}};
constexpr uint64_t kLongestNs = kNsPerSecond * 3600 * 24 * 366;

// A decimal number and what follows it. The number is digits / 10^decimals.
struct Decimal {
  uint64_t digits = 0;
  unsigned decimals = 0;
  std::string_view number;
  std::string_view unit;
};

// As many digits as are in a uint64_t whatever they are.
constexpr size_t kMaxDigits = 19;

std::optional<Decimal> SplitDecimal(std::string_view text) {
  Decimal decimal;
  const size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
  decimal.number = text.substr(0, end);
  decimal.unit = text.substr(end);
  const size_t point = decimal.number.find('.');
  const bool fraction = point != std::string_view::npos;
  const bool ends_in_digits = end > 0 && decimal.number.front() != '.' &&
                              decimal.number.back() != '.' && point == decimal.number.rfind('.');
  if (!ends_in_digits || end - (fraction ? 1 : 0) > kMaxDigits) return std::nullopt;
  for (const char c : decimal.number) {
    if (c != '.') decimal.digits = decimal.digits * 10 + static_cast<uint64_t>(c - '0');
  }
  if (fraction) decimal.decimals = static_cast<unsigned>(end - point - 1);
  return decimal;
}

// The number times `factor`, if that is whole and fits.
std::optional<uint64_t> Scaled(const Decimal& decimal, uint64_t factor) {
  Uint128 divisor = 1;
  for (unsigned i = 0; i < decimal.decimals; ++i) divisor *= 10;
  const Uint128 product = static_cast<Uint128>(decimal.digits) * factor;
  if (product % divisor != 0 || product / divisor > ~uint64_t{0}) return std::nullopt;
  return static_cast<uint64_t>(product / divisor);
}

// Nothing if it is no number, has no such unit, or is not whole.
std::optional<uint64_t> ParseWhole(std::string_view text, std::span<const Unit> units) {
  const std::optional<Decimal> decimal = SplitDecimal(text);
  if (!decimal) return std::nullopt;
  for (const Unit& unit : units) {
    if (decimal->unit == unit.name) return Scaled(*decimal, unit.factor);
  }
  return std::nullopt;
}

double ToDouble(std::string_view number) {
  double value = 0;
  std::from_chars(number.data(), number.data() + number.size(), value);
  return value;
}

absl::Status Refused(std::string_view text, std::string_view wanted) {
  return absl::InvalidArgumentError(
      absl::StrCat(control::Quoted(text), " is not ", control::ToAbsl(wanted)));
}

struct Scale {
  double factor;
  const char* unit;
};

std::string ThreeDigits(double value) {
  return absl::StrFormat("%.*f", value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2, value);
}

// With three digits and the largest of `scales`, which ascend, that leaves no number below 1.
std::string Rounded(double value, std::span<const Scale> scales) {
  if (!std::isfinite(value)) return "?";
  size_t i = 0;
  // 999.5 would be written as 1000.
  while (i + 1 < scales.size() && std::abs(value) >= scales[i + 1].factor * 0.9995) ++i;
  const double scaled = value / scales[i].factor;
  const bool whole = i == 0 && scaled == std::floor(scaled);
  return absl::StrCat(whole ? absl::StrFormat("%.0f", scaled) : ThreeDigits(scaled),
                      scales[i].unit);
}

}  // namespace

absl::StatusOr<Duration> ParseDuration(std::string_view text) {
  std::optional<uint64_t> ns = ParseWhole(text, kDurations);
  if (!ns) {
    if (const std::optional<Decimal> seconds = SplitDecimal(text); seconds && seconds->unit.empty())
      ns = Scaled(*seconds, kNsPerSecond);
  }
  if (ns && *ns <= kLongestNs) return Duration(static_cast<Duration::rep>(*ns));
  return Refused(
      text,
      "a duration; write a number and ns, us, ms, s, m or h without a space, such as 10s or "
      "1.5ms, up to a year");
}

std::string FormatDuration(Duration duration) {
  const auto ns = static_cast<uint64_t>(duration.count());
  if (ns == 0) return "0s";
  for (const Unit& unit : kDurations) {
    if (ns % unit.factor == 0) return std::to_string(ns / unit.factor).append(unit.name);
  }
  return {};
}

absl::StatusOr<uint64_t> ParseCount(std::string_view text) {
  if (const std::optional<uint64_t> count = ParseWhole(text, kCounts)) return *count;
  return Refused(text,
                 "a count; write a whole number, or one with k, M or G (thousands, millions, "
                 "thousand millions), such as 50, 300k or 2.5M");
}

std::string FormatCount(uint64_t count) {
  // "1200" reads better than "1.2k".
  if (count < 10'000) return std::to_string(count);
  for (const Unit& unit : kCounts) {
    if (unit.factor == 1 || count < unit.factor) continue;
    const uint64_t tenth = unit.factor / 10;
    if (count % tenth != 0) continue;
    const uint64_t tenths = count / tenth;
    std::string text = std::to_string(tenths / 10);
    if (tenths % 10 != 0) text.append(".").append(std::to_string(tenths % 10));
    return text.append(unit.name);
  }
  return std::to_string(count);
}

absl::StatusOr<uint64_t> ParseBytes(std::string_view text) {
  if (const std::optional<uint64_t> bytes = ParseWhole(text, kBytes)) return *bytes;
  if (const std::optional<uint64_t> bytes = ParseWhole(text, kCounts)) return *bytes;
  return Refused(text,
                 "a size; write a whole number and kB, MB, GB, KiB, MiB or GiB, such as 200MB");
}

absl::StatusOr<double> ParseShare(std::string_view text) {
  if (const std::optional<Decimal> decimal = SplitDecimal(text)) {
    const double number = ToDouble(decimal->number);
    if (decimal->unit == "%" && number <= 100) return number / 100;
    if (decimal->unit.empty() && number <= 1) return number;
  }
  return Refused(text, "a share; write a percentage such as 0.1%, or a number from 0 to 1");
}

absl::StatusOr<double> ParseNumber(std::string_view text) {
  if (const std::optional<Decimal> decimal = SplitDecimal(text); decimal && decimal->unit.empty()) {
    return ToDouble(decimal->number);
  }
  return Refused(text, "a number; write digits such as 5 or 12.5");
}

std::string RoundedDuration(double ns) {
  static constexpr Scale kScales[] = {{1, " ns"}, {1e3, " us"}, {1e6, " ms"}, {1e9, " s"}};
  return Rounded(ns, kScales);
}

std::string RoundedCount(double count) {
  static constexpr Scale kScales[] = {{1, ""}, {1e3, " k"}, {1e6, " M"}, {1e9, " G"}, {1e12, " T"}};
  return Rounded(count, kScales);
}

std::string RoundedBytes(double bytes) {
  static constexpr Scale kScales[] = {
      {1, " B"}, {1e3, " kB"}, {1e6, " MB"}, {1e9, " GB"}, {1e12, " TB"}};
  return Rounded(bytes, kScales);
}

std::string RoundedBitrate(double bits_per_second) {
  static constexpr Scale kScales[] = {
      {1, " bit/s"}, {1e3, " kbit/s"}, {1e6, " Mbit/s"}, {1e9, " Gbit/s"}, {1e12, " Tbit/s"}};
  return Rounded(bits_per_second, kScales);
}

std::string RoundedShare(double share) {
  const double percent = share * 100;
  if (!std::isfinite(percent)) return "?";
  if (percent <= 0) return "0 %";
  if (percent < 1e-6) return "< 0.000001 %";
  const int magnitude = static_cast<int>(std::floor(std::log10(percent)));
  return absl::StrFormat("%.*f %%", std::max(2 - magnitude, 0), percent);
}

std::string GroupedCount(uint64_t count) {
  std::string text = std::to_string(count);
  for (size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, ",");
  return text;
}

}  // namespace baton::bench
