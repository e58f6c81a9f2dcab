// What batond says: the ready line, the log, the memory sum, JSON.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "cmd/batond/json.h"
#include "cmd/batond/logging.h"
#include "cmd/batond/memory_report.h"
#include "cmd/batond/ready_line.h"
#include "cmd/batond/version.h"

namespace baton {
namespace {

using ::testing::HasSubstr;

// 2026-01-31T12:00:00.123456Z
constexpr LogTime kNoon{std::chrono::microseconds(1'769'860'800'123'456)};

TEST(Json, EscapesWhatJsonForbids) {
  EXPECT_EQ(JsonString("plain /:"), "\"plain /:\"");
  EXPECT_EQ(JsonString("q\"b\\n\nt\tz\x7f"), "\"q\\\"b\\\\n\\nt\\u0009z\\u007f\"");
  EXPECT_EQ(JsonString(std::string_view("\0", 1)), "\"\\u0000\"");
}

TEST(Json, KeepsUtf8AndReplacesWhatIsNot) {
  EXPECT_EQ(JsonString("ü€😀"), "\"ü€😀\"");
  EXPECT_EQ(JsonString("a\xff"), "\"a\\ufffd\"");
  EXPECT_EQ(JsonString("\xc3"), "\"\\ufffd\"");                        // cut short
  EXPECT_EQ(JsonString("\xc0\xaf"), "\"\\ufffd\\ufffd\"");             // overlong
  EXPECT_EQ(JsonString("\xed\xa0\x80"), "\"\\ufffd\\ufffd\\ufffd\"");  // a surrogate
}

TEST(ReadyLine, IsOneLineOfJson) {
  const BoundAddresses addresses{
      .stun = {*TransportAddress::Parse("127.0.0.1:3478"), *TransportAddress::Parse("[::1]:3478")},
      .media = {*TransportAddress::Parse("127.0.0.1:7882")},
      .control = *TransportAddress::Parse("127.0.0.1:7880"),
      .admin = *TransportAddress::Parse("127.0.0.1:7881")};
  EXPECT_EQ(ReadyLine("uring", addresses),
            "{\"event\":\"ready\",\"io\":\"uring\",\"stun\":[\"127.0.0.1:3478\",\"[::1]:3478\"],"
            "\"media\":[\"127.0.0.1:7882\"],\"control\":\"127.0.0.1:7880\","
            "\"admin\":\"127.0.0.1:7881\"}\n");
  EXPECT_THAT(ReadyLine("epoll", {}), HasSubstr("\"stun\":[]"));
}

TEST(Logging, JsonLines) {
  const LogField fields[] = {{"port", "7880"}, {"who", "a \"b\""}};
  EXPECT_EQ(FormatJsonLine(kNoon, LogLevel::kInfo, "listening", fields),
            "{\"ts\":\"2026-01-31T12:00:00.123456Z\",\"level\":\"info\",\"msg\":\"listening\","
            "\"port\":\"7880\",\"who\":\"a \\\"b\\\"\"}\n");
}

TEST(Logging, TextLines) {
  const LogField fields[] = {{"port", "7880"}, {"who", "a b"}, {"none", ""}};
  EXPECT_EQ(FormatTextLine(kNoon, LogLevel::kWarning, "listening", fields),
            "2026-01-31 12:00:00.123Z warning listening port=7880 who=\"a b\" none=\"\"\n");
}

TEST(Logging, NobodyCanForgeALine) {
  const std::vector<LogField> fields = {{"name", "x\n2026-01-31 error forged"}};
  for (const auto format : {FormatTextLine, FormatJsonLine}) {
    const std::string line = format(kNoon, LogLevel::kError, "a\nb\x1b[31m", fields);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_EQ(line.find('\x1b'), line.npos);
  }
}

TEST(Logging, GoesToStandardErrorFromItsLevelUp) {
  config::Log config;
  config.set_level(config::Log::LEVEL_WARNING);
  config.set_format(config::Log::FORMAT_JSON);
  testing::internal::CaptureStderr();
  ConfigureLogging(config);
  Log(LogLevel::kInfo, "quiet");
  Log(LogLevel::kError, "loud", {{"key", "value"}});
  Log(LogLevel::kError, "bare");
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_THAT(text, testing::Not(HasSubstr("quiet")));
  EXPECT_THAT(text, HasSubstr("\"level\":\"error\",\"msg\":\"loud\",\"key\":\"value\"}\n"));
  EXPECT_THAT(text, HasSubstr("\"msg\":\"bare\"}\n"));
}

TEST(MemoryReport, IsASumInComments) {
  const MemoryItem items[] = {{"rooms", 256, 1024}, {"receive buffers", 4096, 1920}};
  EXPECT_EQ(MemoryReport(items),
            "# memory of the pools:\n"
            "#   rooms                  256 x      1024 bytes =   256.0 KiB\n"
            "#   receive buffers       4096 x      1920 bytes =     7.5 MiB\n"
            "#   total                                              7.8 MiB\n");
}

TEST(Version, NamesWhatItWasBuiltWith) {
  const BuildInfo info = ThisBuild();
  EXPECT_FALSE(info.version.empty());
  EXPECT_FALSE(info.commit.empty());
  EXPECT_THAT(VersionText(info), HasSubstr("batond " + info.version + "\n"));
  EXPECT_THAT(VersionText(info), HasSubstr("liburing 2."));
}

}  // namespace
}  // namespace baton
