#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cmd/batond/options.h"

namespace baton {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

control::LoadedConfig Load(std::vector<std::string> arguments) {
  const ParsedOptions parsed = ParseOptions(std::move(arguments));
  EXPECT_TRUE(parsed.run) << parsed.text;
  return LoadConfig(parsed.options);
}

void ExpectUsageError(std::vector<std::string> arguments, const std::string& text) {
  const ParsedOptions parsed = ParseOptions(std::move(arguments));
  EXPECT_FALSE(parsed.run);
  EXPECT_EQ(parsed.exit_code, kExitUsage);
  EXPECT_THAT(parsed.text, HasSubstr(text));
}

TEST(BatondOptions, DevelopmentNeedsNothingElse) {
  const control::LoadedConfig loaded = Load({"--dev"});
  ASSERT_THAT(loaded.problems, IsEmpty());
  EXPECT_EQ(loaded.config.media().port(), 7882u);
}

TEST(BatondOptions, FlagsWinAndSetWinsOverFlags) {
  const control::LoadedConfig loaded =
      Load({"--dev", "-D", "io=uring", "--io", "epoll", "--shards", "2", "--log-level", "debug",
            "--log-format", "json", "--set", "limits.rooms=7", "--set=media.listen=[127.0.0.2]"});
  ASSERT_THAT(loaded.problems, IsEmpty());
  EXPECT_EQ(loaded.config.io(), config::Config::IO_URING);
  EXPECT_EQ(loaded.config.shards().count(), 2u);
  EXPECT_EQ(loaded.config.log().level(), config::Log::LEVEL_DEBUG);
  EXPECT_EQ(loaded.config.log().format(), config::Log::FORMAT_JSON);
  EXPECT_EQ(loaded.config.limits().rooms(), 7u);
  EXPECT_THAT(loaded.config.media().listen(), testing::ElementsAre("127.0.0.2"));
}

TEST(BatondOptions, PortBaseMovesAllPorts) {
  const config::Config config = Load({"--dev", "--port-base", "20000"}).config;
  EXPECT_EQ(config.stun().port(), 20000u);
  EXPECT_EQ(config.control().port(), 20001u);
  EXPECT_EQ(config.admin().port(), 20002u);
  EXPECT_EQ(config.media().port(), 20003u);
}

TEST(BatondOptions, EphemeralMakesAllPortsFree) {
  const control::LoadedConfig loaded = Load({"--dev", "--ephemeral", "--shards", "4"});
  ASSERT_THAT(loaded.problems, IsEmpty());
  EXPECT_EQ(loaded.config.stun().port(), 0u);
  EXPECT_EQ(loaded.config.control().port(), 0u);
  EXPECT_EQ(loaded.config.admin().port(), 0u);
  EXPECT_EQ(loaded.config.media().port(), 0u);
}

TEST(BatondOptions, AWrongValueNamesItsFlag) {
  const control::LoadedConfig loaded = Load({"--dev", "--io", "iocp", "-D", "a.b=1"});
  ASSERT_EQ(loaded.problems.size(), 2u);
  EXPECT_EQ(loaded.problems[0].ToString(), "--io: io: wants one of auto, uring, epoll, not 'iocp'");
  EXPECT_EQ(loaded.problems[1].ToString(), "--set a.b=1: unknown key 'a'");
}

TEST(BatondOptions, WrongFlagsAreUsageErrors) {
  ExpectUsageError({}, "give --config FILE, or --dev");
  ExpectUsageError({"--nonsense"}, "--nonsense");
  ExpectUsageError({"--dev", "surplus"}, "surplus");
  ExpectUsageError({"--config"}, "--config");
  ExpectUsageError({"--dev", "--config", "x"}, "excludes");
  ExpectUsageError({"--dev", "--ephemeral", "--port-base", "1000"}, "excludes");
  ExpectUsageError({"--dev", "--port-base", "65533"}, "--port-base");
  ExpectUsageError({"--dev", "--set", "io"}, "wants key.path=value");
  ExpectUsageError({"--dev", "--set", "=1"}, "wants key.path=value");
}

TEST(BatondOptions, HelpAndVersionNeedNoConfiguration) {
  const ParsedOptions help = ParseOptions({"--help"});
  EXPECT_FALSE(help.run);
  EXPECT_EQ(help.exit_code, kExitClean);
  EXPECT_THAT(help.text, HasSubstr("--check-config"));
  EXPECT_TRUE(ParseOptions({"--version"}).options.version);
}

}  // namespace
}  // namespace baton
