// Scenarios as YAML, in the units of units.h: bench/scenarios/ has examples,
// docs/benchmark-scenarios.md every key. The node under test is not in the file: the same scenario
// is for every node.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/load/scenario.h"

namespace baton::bench {

// A key that is not given has scenario.h's default; `name` has the file's name without ".yaml".
// NotFound or FailedPrecondition for a file that cannot be read, and otherwise InvalidArgument; the
// text names file, line and column, the key, and what is allowed.
absl::StatusOr<Scenario> LoadScenario(const std::string& path);

// The same of text. `origin` is what errors call it and what `name` is made of.
absl::StatusOr<Scenario> ParseScenario(std::string_view text, const std::string& origin);

// Whether the scenario can be run at all: every value in its range (those that are documented for
// the file's keys), something to send, somebody to get it. For scenarios that were changed by
// options as well; the text names the key.
absl::Status CheckScenario(const Scenario& scenario);

// Every key that counts in the scenario, such as "video.bitrate", with its value as a file would
// have it: Summary::parameters.
std::map<std::string, std::string> ParametersOf(const Scenario& scenario);

}  // namespace baton::bench
