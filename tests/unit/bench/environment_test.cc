#include "bench/load/environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace baton::bench {
namespace {

using ::testing::MatchesRegex;
using ::testing::StartsWith;

TEST(Environment, SaysWhatTheMachineAndTheBuildAre) {
  const Environment environment = CaptureEnvironment(0, nullptr);
  EXPECT_THAT(environment.started, MatchesRegex("20..-..-..T..:..:..Z"));
  EXPECT_THAT(environment.host_kernel, StartsWith("Linux "));
  EXPECT_GE(environment.cpu_count, 1u);
  EXPECT_THAT(environment.commit, MatchesRegex("[0-9a-f]{12}[+]?|unknown"));
  EXPECT_FALSE(environment.bench_version.empty());
  EXPECT_EQ(environment.sysctls.count("net.ipv4.udp_mem"), 1u);
}

TEST(Environment, TheCommandLineCanBePastedIntoAShell) {
  const char* const arguments[] = {"baton-bench", "run",  "a file.yaml", "",
                                   "loss<0.1%",   "it's", "--rooms=3"};
  EXPECT_EQ(CaptureEnvironment(7, arguments).command_line,
            "baton-bench run 'a file.yaml' '' 'loss<0.1%' 'it'\\''s' --rooms=3");
}

}  // namespace
}  // namespace baton::bench
