#include "control/config_units.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace baton::control {
namespace {

TEST(ConfigUnits, Durations) {
  EXPECT_EQ(ParseDurationMs("500ms"), 500u);
  EXPECT_EQ(ParseDurationMs("30s"), 30'000u);
  EXPECT_EQ(ParseDurationMs("5m"), 300'000u);
  EXPECT_EQ(ParseDurationMs("2h"), 7'200'000u);
  EXPECT_EQ(ParseDurationMs("0s"), 0u);
  for (const char* text : {"", "5", "s", "-5s", "+5s", " 5s", "5 s", "5s ", "1.5s", "5S", "5sec",
                           "0x5s", "18446744073709551615s", "99999999999999999999ms"}) {
    EXPECT_EQ(ParseDurationMs(text), std::nullopt) << text;
  }
}

TEST(ConfigUnits, Sizes) {
  EXPECT_EQ(ParseSizeBytes("0B"), 0u);
  EXPECT_EQ(ParseSizeBytes("17B"), 17u);
  EXPECT_EQ(ParseSizeBytes("64KiB"), 65536u);
  EXPECT_EQ(ParseSizeBytes("64kB"), 64000u);
  EXPECT_EQ(ParseSizeBytes("4MB"), 4'000'000u);
  EXPECT_EQ(ParseSizeBytes("4MiB"), 4u << 20);
  EXPECT_EQ(ParseSizeBytes("3GiB"), uint64_t{3} << 30);
  EXPECT_EQ(ParseSizeBytes("3GB"), 3'000'000'000u);
  for (const char* text : {"", "4", "MB", "4M", "4mb", "4 MB", "-4MB", "17179869184GiB"}) {
    EXPECT_EQ(ParseSizeBytes(text), std::nullopt) << text;
  }
}

TEST(ConfigUnits, FormatsLoseNothing) {
  EXPECT_EQ(FormatDurationMs(0), "0ms");
  EXPECT_EQ(FormatDurationMs(1500), "1500ms");
  EXPECT_EQ(FormatDurationMs(90'000), "90s");
  EXPECT_EQ(FormatDurationMs(7'200'000), "2h");
  EXPECT_EQ(FormatSizeBytes(0), "0B");
  EXPECT_EQ(FormatSizeBytes(1000), "1000B");
  EXPECT_EQ(FormatSizeBytes(uint64_t{64} << 20), "64MiB");
  for (uint64_t value = 1; value < uint64_t{1} << 62; value = value * 7 / 3 + 1) {
    EXPECT_EQ(ParseDurationMs(FormatDurationMs(value)), value);
    EXPECT_EQ(ParseSizeBytes(FormatSizeBytes(value)), value);
  }
}

TEST(ConfigUnits, WholeNumbers) {
  EXPECT_EQ(ParseWholeNumber("0"), 0u);
  EXPECT_EQ(ParseWholeNumber("18446744073709551615"), UINT64_MAX);
  for (const char* text : {"", "18446744073709551616", "1e3", "0x10", "-0", "+1", "1 ", " 1"}) {
    EXPECT_EQ(ParseWholeNumber(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace baton::control
