#include <memory>

#include "bench/load/commands/commands.h"
#include "bench/load/commands/run_once.h"
#include "bench/load/options.h"

namespace baton::bench {
namespace {

struct Arguments {
  Scenario scenario;
  std::string server = "127.0.0.1:3478";
  NodeOptions node;
  OutputOptions output;
};

constexpr const char* kExamples =
    "A node limits the requests of each source (stun.requests_per_second), and counts a run from "
    "one\n"
    "host as one source, unless it was started with --dev.\n\n"
    "Examples:\n"
    "  baton-bench stun --to 127.0.0.1:3478 --rate 50000\n"
    "  baton-bench stun --to 127.0.0.1:3478 --rate 50k --admin 127.0.0.1:7881 --assert 'loss<0.1%'";

}  // namespace

void AddStunCommand(CLI::App& app, Action& action) {
  CLI::App& command = *app.add_subcommand("stun", "Binding requests to a STUN server");
  command.footer(kExamples);
  const auto arguments = std::make_shared<Arguments>();
  command.add_option("--to", arguments->server, "The STUN server")
      ->type_name("ADDRESS:PORT")
      ->capture_default_str();
  AddStunOptions(command, arguments->scenario);
  AddTimeOptions(command, arguments->scenario);
  AddNodeOptions(command, arguments->node, "none", false);
  AddOutputOptions(command, arguments->output);
  command.callback([arguments, &action] {
    action = [arguments](const Context& context) {
      return RunAndConclude(arguments->scenario, arguments->node, arguments->server, true,
                            arguments->output, context);
    };
  });
}

}  // namespace baton::bench
