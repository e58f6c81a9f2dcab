// docs/benchmark-scenarios.md and docs/benchmark-results.md name everything that there is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "bench/load/files.h"
#include "bench/load/result_json.h"
#include "bench/load/scenario_keys.h"
#include "bench/load/thresholds.h"
#include "tests/unit/bench/sample_result.h"

namespace baton::bench {
namespace {

using ::testing::HasSubstr;

std::string Document(const char* name) {
  return ReadFile(absl::StrCat(BATON_SOURCE_ROOT "/docs/", name)).value();
}

TEST(Documentation, HasEveryKeyOfAScenarioWithItsDefault) {
  const std::string document = Document("benchmark-scenarios.md");
  const Scenario rooms;
  Scenario stun;
  stun.stun.emplace();
  for (const ScenarioKey& key : ScenarioKeys()) {
    const std::string value =
        key.name == "name" ? "the file's name" : key.write(key.with_rooms ? rooms : stun);
    EXPECT_THAT(document, HasSubstr(absl::StrCat("| `", key.Path(), "` | ", value, " |")));
  }
}

void ExpectFields(const Json& json, const std::string& document) {
  for (const auto& [name, value] : json.items()) {
    EXPECT_THAT(document, HasSubstr(absl::StrCat("`", name, "`")));
    const bool free_keys = name == "parameters" || name == "sysctls" || name == "dropped";
    if (value.is_object() && !free_keys) ExpectFields(value, document);
    if (value.is_array() && !value.empty() && value[0].is_object())
      ExpectFields(value[0], document);
  }
}

TEST(Documentation, HasEveryFieldOfAResult) {
  const std::string document = Document("benchmark-results.md");
  const RunResult result = SampleResult();
  ExpectFields(ToJson(result.summary), document);
  ExpectFields(ToJson(result.intervals[0]), document);
  ExpectFields(ToJson(result.latency), document);
}

TEST(Documentation, HasEveryMetricOfAThreshold) {
  const std::string document = Document("benchmark-results.md");
  for (const std::string& metric : ThresholdMetrics()) {
    EXPECT_THAT(document, HasSubstr(absl::StrCat("`", metric, "`")));
  }
}

}  // namespace
}  // namespace baton::bench
