// Quantities as people write them, in options, scenario files and thresholds, and back.
//
// A parser takes a decimal number without a sign, with or without a fraction, and a unit right
// behind it: no spaces, no exponents. What it refuses is an InvalidArgument that quotes the text
// and says what to write instead.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/time_point.h"

namespace baton::bench {

// "10s", "1.5ms", "250us", "30ns", "2m", "1h". A number without a unit is seconds: "--duration 10".
// At most a year. Fractions of a ns are refused.
absl::StatusOr<Duration> ParseDuration(std::string_view text);
// In the largest unit that loses nothing: "10s", "1500us"; 0 is "0s".
std::string FormatDuration(Duration duration);

// A whole number with an optional factor k, M or G (powers of 1000): "2.5M" is 2500000. For bits
// and packets per second and for counts.
absl::StatusOr<uint64_t> ParseCount(std::string_view text);
// With a factor from 10 000 up, if that loses nothing: "2.5M", "12345", "1200".
std::string FormatCount(uint64_t count);

// A whole number with an optional unit: k, M, G, B, kB, MB, GB (powers of 1000), KiB, MiB, GiB.
absl::StatusOr<uint64_t> ParseBytes(std::string_view text);

// "0.1%" or "0.001"; 0..1.
absl::StatusOr<double> ParseShare(std::string_view text);

// A number without a unit: "12.5".
absl::StatusOr<double> ParseNumber(std::string_view text);

// For people, rounded to three digits and with a unit that fits: "812 us", "10.2 ms", "1.50 s".
std::string RoundedDuration(double ns);
// "1.23 M", "812", "45.6 k"; below 1000 with at most one digit behind the point.
std::string RoundedCount(double count);
// "1.50 MB", powers of 1000.
std::string RoundedBytes(double bytes);
// "2.51 Mbit/s".
std::string RoundedBitrate(double bits_per_second);
// "0 %", "0.0123 %", "12.3 %": never "0" for what is not.
std::string RoundedShare(double share);
// All digits, in groups of three: "1,234,567".
std::string GroupedCount(uint64_t count);

}  // namespace baton::bench
