#include "record/file_name.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace baton::record {
namespace {

TEST(FileStem, KeepsWhatAFileNameMayHave) {
  EXPECT_EQ(FileStem("alice"), "alice");
  EXPECT_EQ(FileStem("Alice_1@example.org+x~y-z"), "Alice_1@example.org+x~y-z");
}

TEST(FileStem, ReplacesWhatMisleadsPeopleAndPrograms) {
  EXPECT_EQ(FileStem("sip:alice"), "sip=3Aalice");
  EXPECT_EQ(FileStem("a=b"), "a=3Db");
  EXPECT_EQ(FileStem(".hidden"), "=2Ehidden");
  EXPECT_EQ(FileStem(".."), "=2E.");
  EXPECT_EQ(FileStem("-rf"), "=2Drf");
  EXPECT_EQ(FileStem("~root"), "=7Eroot");
  EXPECT_EQ(FileStem("../a/b"), "=2E.=2Fa=2Fb");
  EXPECT_EQ(FileStem(std::string("\xff\0", 2)), "=FF=00");
}

TEST(FileStem, KeepsDifferentNamesDifferent) {
  const std::string alphabet = "aA0._-@:+=~";
  std::set<std::string> stems;
  size_t names = 0;
  for (const char a : alphabet) {
    for (const char b : alphabet) {
      for (const char c : alphabet) {
        stems.insert(FileStem(std::string{a, b, c}));
        ++names;
      }
    }
  }
  EXPECT_EQ(stems.size(), names);
  EXPECT_NE(FileStem("=3A"), FileStem(":"));
}

TEST(FileStem, OfTheLongestNameFitsAFileName) {
  const std::string part = FileStem(std::string(64, ':')) + "-screen-9999.rtpdump.part.broken-9999";
  EXPECT_TRUE(IsFileName(part));
}

TEST(IsFileName, IsOneComponent) {
  EXPECT_TRUE(IsFileName("a"));
  EXPECT_TRUE(IsFileName(std::string(255, 'a')));
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string("a/b"), std::string("/"),
        std::string("a\0b", 3), std::string(256, 'a')}) {
    EXPECT_FALSE(IsFileName(name)) << name;
  }
}

TEST(NumberedName, CountsFromTwo) {
  EXPECT_EQ(NumberedName("alice", "webm", 1), "alice.webm");
  EXPECT_EQ(NumberedName("alice", "webm", 2), "alice-2.webm");
  EXPECT_EQ(SplitFileName("a.b.webm").stem, "a.b");
  EXPECT_EQ(SplitFileName("a.b.webm").extension, "webm");
}

}  // namespace
}  // namespace baton::record
