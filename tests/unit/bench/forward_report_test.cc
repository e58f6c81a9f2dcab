#include "bench/load/forwarder/forward_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "bench/load/files.h"

namespace baton::bench {
namespace {

using ::testing::HasSubstr;

ForwardResult SampleForward() {
  ForwardResult result = {.listen = TransportAddress::Parse("127.0.0.1:5004").value(),
                          .server = TransportAddress::Parse("[2001:db8::1]:7882").value(),
                          .seed = 42,
                          .length = std::chrono::milliseconds(12'500)};
  result.counts.clients = 3;
  result.counts.directions.up = {.received = 2000,
                                 .received_bytes = 240'000,
                                 .forwarded = 1900,
                                 .forwarded_bytes = 228'000,
                                 .lost = 100,
                                 .reordered = 19};
  return result;
}

TEST(ForwardReport, SaysInOneLineThatItIsReady) {
  EXPECT_EQ(ForwardReadyLine(TransportAddress::Parse("[::1]:40000").value()),
            "{\"event\":\"ready\",\"listen\":\"[::1]:40000\"}\n");
}

TEST(ForwardReport, HasATableOfWhatThereWas) {
  EXPECT_EQ(ForwardText(SampleForward()),
            "impair 127.0.0.1:5004 to [2001:db8::1]:7882, 12.5 s, seed 42\n"
            "VALID: nothing was lost but what was to be\n"
            "\n"
            "datagrams     up          down\n"
            "received   2,000             0\n"
            "forwarded  1,900             0\n"
            "lost         100  5.00 %     0  0 %\n"
            "reordered     19  1.00 %     0  0 %\n"
            "\n"
            "3 clients\n");
}

TEST(ForwardReport, NamesWhatHappenedToClients) {
  ForwardResult result = SampleForward();
  result.counts.expired = 1;
  result.counts.rebinds = 1234;
  EXPECT_THAT(ForwardText(result), HasSubstr("\n3 clients, 1 expired, 1,234 changes of port\n"));
}

TEST(ForwardReport, IsInvalidIfSomethingWasLostThatWasNotToBe) {
  EXPECT_EQ(ForwardTrouble(SampleForward().counts), "");
  for (const Direction direction : kDirections) {
    ForwardResult result = SampleForward();
    DirectionCounts& counts = result.counts.directions[direction];
    counts.failed = 3;
    counts.first_failure = "Network is unreachable";
    EXPECT_THAT(ForwardTrouble(result.counts), HasSubstr("3 datagrams: Network is unreachable"));
    counts.overflowed = 4;
    EXPECT_THAT(ForwardTrouble(result.counts), HasSubstr("4 datagrams"));
    counts.kernel_drops = 5;
    EXPECT_THAT(ForwardTrouble(result.counts), HasSubstr("5 datagrams"));
    EXPECT_THAT(ForwardText(result), HasSubstr("\nINVALID: its sockets had no room for 5"));
    EXPECT_EQ(ForwardJson(result)["verdict"], "INVALID");
  }
}

TEST(ForwardReport, IsValidWhateverWasAskedFor) {
  ForwardResult result = SampleForward();
  result.counts.directions.down = {
      .received = 10, .duplicated = 1, .lost = 2, .queue_full = 3, .refused = 4, .in_flight = 2};
  EXPECT_EQ(ForwardTrouble(result.counts), "");
  EXPECT_EQ(ForwardJson(result)["verdict"], "VALID");
}

TEST(ForwardReport, HasALiveLine) {
  EXPECT_EQ(ForwardProgress(SampleForward().counts, std::chrono::milliseconds(2000)),
            "2 s  3 clients  up 2,000 received, 5.00 % lost  down 0 received");
}

TEST(ForwardReport, ItsFieldsAreDocumented) {
  const std::string document = ReadFile(BATON_SOURCE_ROOT "/docs/benchmark.md").value();
  const auto expect_all = [&](const Json& json) {
    for (const auto& [name, value] : json.items()) {
      EXPECT_THAT(document, HasSubstr(absl::StrCat("`", name, "`")));
    }
  };
  const Json json = ForwardJson(SampleForward());
  expect_all(json);
  expect_all(json["up"]);
  EXPECT_EQ(json["up"]["received"], 2000);
  EXPECT_EQ(json["to"], "[2001:db8::1]:7882");
  EXPECT_EQ(json["duration_s"], 12.5);
}

}  // namespace
}  // namespace baton::bench
