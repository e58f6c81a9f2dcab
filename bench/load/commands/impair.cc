#include <cstdio>
#include <iostream>
#include <memory>

#include "bench/load/commands/commands.h"
#include "bench/load/forwarder/forward_report.h"
#include "bench/load/impair_options.h"
#include "bench/load/progress.h"

namespace baton::bench {
namespace {

constexpr const char* kExamples =
    "Each client that sends to --listen gets a port of its own towards --to, as behind a NAT, and\n"
    "a path of its own. Up is from clients to the server, down is back. The first line on\n"
    "standard output is {\"event\":\"ready\",\"listen\":\"ADDRESS:PORT\"}.\n\n"
    "Examples:\n"
    "  baton-bench impair --listen 127.0.0.1:5004 --to 127.0.0.1:7882 --loss 5%\n"
    "  baton-bench impair --listen 127.0.0.1:0 --to 127.0.0.1:7882 --loss down=5% --delay 50ms "
    "--jitter 10ms\n"
    "  baton-bench impair --listen 127.0.0.1:0 --to 127.0.0.1:7882 --rate up=500k --rate down=2M "
    "--duration 60";

absl::StatusOr<ExitCode> Impair(const ImpairArguments& arguments, const Context& context) {
  const ForwarderOptions& options = arguments.forwarder;
  if (absl::Status status = CheckImpairments(options); !status.ok()) return status;
  const absl::StatusOr<std::unique_ptr<Forwarder>> forwarder = Forwarder::Create(options);
  if (!forwarder.ok()) return forwarder.status();
  std::cout << ForwardReadyLine((*forwarder)->listen()) << std::flush;
  Progress progress(stderr);
  absl::Status status = (*forwarder)->Run(arguments.length, *context.stop, progress);
  if (!status.ok()) return status;
  const ForwardResult result = {.listen = (*forwarder)->listen(),
                                .server = options.server,
                                .seed = options.seed,
                                .length = (*forwarder)->ran_for(),
                                .counts = (*forwarder)->counts()};
  std::cout << (arguments.json ? ForwardJson(result).dump(2) + '\n' : ForwardText(result))
            << std::flush;
  return ForwardTrouble(result.counts).empty() ? ExitCode::kGood : ExitCode::kInvalid;
}

}  // namespace

void AddImpairCommand(CLI::App& app, Action& action) {
  CLI::App& command = *app.add_subcommand("impair", "A bad network between clients and a server");
  command.footer(kExamples);
  const auto arguments = std::make_shared<ImpairArguments>();
  AddImpairOptions(command, *arguments);
  command.callback([arguments, &action] {
    action = [arguments](const Context& context) { return Impair(*arguments, context); };
  });
}

}  // namespace baton::bench
