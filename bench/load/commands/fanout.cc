#include <memory>

#include "bench/load/commands/commands.h"
#include "bench/load/commands/run_once.h"
#include "bench/load/options.h"

namespace baton::bench {
namespace {

struct Arguments {
  Scenario scenario;
  NodeOptions node;
  OutputOptions output;
  bool gso = true;
};

constexpr const char* kExamples =
    "Examples:\n"
    "  baton-bench fanout --subscribers 50 --bitrate 2.5M --fps 30 --duration 10\n"
    "  baton-bench fanout --publishers 10 --subscribers 0 --all-to-all --bitrate 1M\n"
    "  baton-bench fanout --subscribers 500 --no-video --ice --joins 50 --leaves 50 --out result\n"
    "  baton-bench fanout --subscribers 50 --assert 'forward_latency_p99<10ms' --assert "
    "'loss<0.1%'";

}  // namespace

void AddFanoutCommand(CLI::App& app, Action& action) {
  CLI::App& command = *app.add_subcommand("fanout", "Rooms with publishers and subscribers");
  command.footer(kExamples);
  const auto arguments = std::make_shared<Arguments>();
  AddFanoutOptions(command, arguments->scenario);
  AddTimeOptions(command, arguments->scenario);
  command.add_flag("!--no-gso", arguments->gso,
                   "Send packet by packet, not a burst at once (UDP_SEGMENT)");
  AddNodeOptions(command, arguments->node, "127.0.0.1:7881", true);
  AddOutputOptions(command, arguments->output);
  command.callback([arguments, &action] {
    action = [arguments](const Context& context) {
      return RunAndConclude(arguments->scenario, arguments->node, "", arguments->gso,
                            arguments->output, context);
    };
  });
}

}  // namespace baton::bench
