// Durations and sizes as people write them: "30s", "500ms", "64MiB", "4MB".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace baton::control {

// A whole number and a unit (ms, s, m, h), without a sign, space or fraction: "1500ms", "30s".
// Nothing if it is not one, or has more milliseconds than fit.
std::optional<uint64_t> ParseDurationMs(std::string_view text);
// In the largest unit that loses nothing: "90s", "1500ms", "2h"; 0 is "0ms".
std::string FormatDurationMs(uint64_t ms);

// A whole number and a unit: B, kB, MB, GB (powers of 1000) or KiB, MiB, GiB (powers of 1024).
std::optional<uint64_t> ParseSizeBytes(std::string_view text);
// In the largest power of 1024 that loses nothing: "64MiB", "1000B".
std::string FormatSizeBytes(uint64_t bytes);

// Decimal digits only.
std::optional<uint64_t> ParseWholeNumber(std::string_view text);

}  // namespace baton::control
