#include "control/recording_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "relay/names.h"

namespace baton::control {
namespace {

constexpr NameValues kValues{.room = "demo", .started_unix_s = 1795471200, .id = 0xab};

TEST(RecordingName, PatternsAreReplaced) {
  EXPECT_EQ(*ExpandNamePattern("{room}-{time}", kValues), "demo-20261123T220000Z");
  EXPECT_EQ(*ExpandNamePattern("{date}_{id}_x", kValues), "20261123_000000ab_x");
  EXPECT_EQ(*ExpandNamePattern("plain", kValues), "plain");
  EXPECT_EQ(*ExpandNamePattern("{room}{room}", kValues), "demodemo");
}

TEST(RecordingName, HostilePatternsAreRefused) {
  for (const std::string pattern :
       {"",         ".",           "..",   ".hidden",  "-rf",         "a/b",  "../up",
        "{room}/x", "/etc/passwd", "a\\b", "a b",      "{",           "}",    "{room",
        "room}",    "{user}",      "{}",   "{{room}}", "{room/../x}", "a\nb", "\xc3\xa4"}) {
    EXPECT_EQ(ExpandNamePattern(pattern, kValues).status().code(),
              absl::StatusCode::kInvalidArgument)
        << pattern;
    EXPECT_FALSE(CheckNamePattern(pattern).ok()) << pattern;
  }
  EXPECT_FALSE(CheckNamePattern(std::string("a\0b", 3)).ok());
}

// Rooms may be called anything that a name may be, ".." too.
TEST(RecordingName, HostileRoomsBecomeNamesOfRecordings) {
  for (const std::string room : {".", "..", "...", ".a", "-a", "--", "~root", "a:b", "=", "@"}) {
    ASSERT_TRUE(relay::IsValidName(room));
    const auto name = ExpandNamePattern("{room}", {.room = room});
    ASSERT_TRUE(name.ok()) << room;
    EXPECT_TRUE(IsRecordingName(*name)) << *name;
    EXPECT_NE(name->front(), '.');
    EXPECT_NE(name->front(), '-');
  }
}

TEST(RecordingName, LengthIsBounded) {
  EXPECT_TRUE(CheckNamePattern(std::string(kMaxNamePatternSize, 'a')).ok());
  EXPECT_FALSE(CheckNamePattern(std::string(kMaxNamePatternSize + 1, 'a')).ok());
  const std::string long_room(relay::kMaxNameSize, 'r');
  const auto fits = ExpandNamePattern("{room}{room}{room}", {.room = long_room});
  ASSERT_TRUE(fits.ok());
  EXPECT_TRUE(IsRecordingName(NumberedName(*fits, 4'000'000'000)));
  EXPECT_FALSE(ExpandNamePattern("{room}{room}{room}{room}", {.room = long_room}).ok());
}

TEST(RecordingName, NumbersBeginWithTwo) {
  EXPECT_EQ(NumberedName("a", 1), "a");
  EXPECT_EQ(NumberedName("a", 2), "a-2");
}

TEST(RecordingName, KnowsNamesFromOthers) {
  EXPECT_TRUE(IsRecordingName("demo-20261123T220000Z"));
  for (const std::string name : {"", ".", "..", ".x", "-x", "a/b", "a b", "/"}) {
    EXPECT_FALSE(IsRecordingName(name)) << name;
  }
  EXPECT_FALSE(IsRecordingName(std::string(kMaxRecordingNameSize + 1, 'a')));
}

}  // namespace
}  // namespace baton::control
