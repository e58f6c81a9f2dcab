#include <memory>

#include "bench/load/commands/commands.h"
#include "bench/load/commands/run_once.h"
#include "bench/load/options.h"
#include "bench/load/scenario_file.h"

namespace baton::bench {
namespace {

struct Arguments {
  std::string file;
  std::string server = "127.0.0.1:3478";
  NodeOptions node;
  OutputOptions output;
  bool gso = true;
};

constexpr const char* kExamples =
    "docs/benchmark-scenarios.md has the keys of a scenario.\n\n"
    "Examples:\n"
    "  baton-bench run bench/scenarios/ten_person_call.yaml --out result\n"
    "  baton-bench run bench/scenarios/class_of_50.yaml --assert 'forward_latency_p99<10ms'";

}  // namespace

void AddRunCommand(CLI::App& app, Action& action) {
  CLI::App& command = *app.add_subcommand("run", "The scenario of a file");
  command.footer(kExamples);
  const auto arguments = std::make_shared<Arguments>();
  command.add_option("SCENARIO", arguments->file, "The file, YAML")->required()->type_name("");
  command.add_option("--to", arguments->server, "The STUN server, if the scenario is a STUN load")
      ->type_name("ADDRESS:PORT")
      ->capture_default_str();
  command.add_flag("!--no-gso", arguments->gso,
                   "Send packet by packet, not a burst at once (UDP_SEGMENT)");
  AddNodeOptions(command, arguments->node, "127.0.0.1:7881", true);
  AddOutputOptions(command, arguments->output);
  command.callback([arguments, &action] {
    action = [arguments](const Context& context) -> absl::StatusOr<ExitCode> {
      const absl::StatusOr<Scenario> scenario = LoadScenario(arguments->file);
      if (!scenario.ok()) return scenario.status();
      return RunAndConclude(*scenario, arguments->node, arguments->server, arguments->gso,
                            arguments->output, context);
    };
  });
}

}  // namespace baton::bench
