// The simulator's program: runs seeds, and says which of them break an invariant. tools/sim builds
// and calls it.
#include <cstdio>
#include <optional>

#include "tests/sim/engine/virtual_clock.h"
#include "tests/sim/program/many_runs.h"
#include "tests/sim/program/options.h"
#include "tests/sim/program/story.h"

namespace baton::sim {
namespace {

int Tell(const Options& options) {
  const std::optional<RunResult> result =
      TellStory(options.from, options.scenario, options.story, stdout);
  if (!result) {
    std::fprintf(stderr, "the run has no %s\n", options.story.c_str());
    return 2;
  }
  std::printf("hash %016llx\n", static_cast<unsigned long long>(result->hash));
  if (!result->violation) return 0;
  std::printf("%.6f s: %s\n",
              static_cast<double>((result->violation->when - kBeginning).count()) / 1e9,
              result->violation->what.c_str());
  return 1;
}

}  // namespace
}  // namespace baton::sim

int main(int argc, char** argv) {
  int exit_code = 0;
  const auto options = baton::sim::ParseOptions(argc, argv, exit_code);
  if (!options) return exit_code;
  return options->story.empty() ? baton::sim::RunMany(*options) : baton::sim::Tell(*options);
}
