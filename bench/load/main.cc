#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/load/commands/commands.h"
#include "bench/load/environment.h"
#include "bench/load/exit_code.h"
#include "control/quote.h"

namespace baton::bench {
namespace {

std::atomic<bool> stop{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

void OnSignal(int) { stop.store(true, std::memory_order_relaxed); }

// The first one ends the run well; the second one ends the program at once.
void CatchSignals() {
  struct sigaction action {};
  action.sa_handler = OnSignal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

constexpr const char* kFooter =
    "Examples:\n"
    "  baton-bench fanout --subscribers 50 --bitrate 2.5M --duration 10\n"
    "  baton-bench stun --to 127.0.0.1:3478 --rate 50000\n"
    "  baton-bench impair --listen 127.0.0.1:5004 --to 127.0.0.1:7882 --loss 5% --delay 50ms\n"
    "  baton-bench find-max fanout --loss 0.1% --p99 10ms\n"
    "  baton-bench run bench/scenarios/class_of_50.yaml --out result --assert 'loss<0.1%'\n"
    "  baton-bench compare before/ after/\n\n"
    "Each command has a --help. Exit status: 0 good, 1 a threshold does not hold, 2 usage or\n"
    "environment, 3 the run is INVALID: the bench could not do its part.";

int Fail(const std::string& message) {
  std::cerr << "baton-bench: " << message << std::endl;
  return static_cast<int>(ExitCode::kError);
}

// What is wrong with the command line, and where the help for it is.
std::string UsageText(const CLI::App& root, const CLI::ParseError& error) {
  std::string command = root.get_name();
  for (const CLI::App* app = &root; !app->get_subcommands().empty();) {
    app = app->get_subcommands().back();
    command += " " + app->get_name();
  }
  // Words that fit nowhere; what the parser says of them is that some other word is missing.
  const std::vector<std::string> strays = root.remaining(true);
  const bool unknown_command =
      dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && !strays.empty();
  const std::string what = unknown_command
                               ? "there is no command " + control::Quoted(strays.front())
                               : std::string(error.what());
  return what + " (see " + command + " --help)";
}

int Main(int argc, char** argv) {
  CLI::App app("Puts a load on a Baton node, and says how it does.", "baton-bench");
  Action action;
  app.require_subcommand(1);
  app.set_help_flag("-h,--help", "What there is, and how to use it");
  app.set_version_flag("--version", "baton-bench " + BenchVersion() + " (" + BenchCommit() + ")");
  app.footer(kFooter);
  AddFanoutCommand(app, action);
  AddStunCommand(app, action);
  AddImpairCommand(app, action);
  AddFindMaxCommand(app, action);
  AddRunCommand(app, action);
  AddCompareCommand(app, action);
  AddReportCommand(app, action);
  AddCompletionCommand(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help_or_version) {
    return app.exit(help_or_version);
  } catch (const CLI::ParseError& error) {
    return Fail(UsageText(app, error));
  }
  CatchSignals();
  const absl::StatusOr<ExitCode> code =
      action({.environment = CaptureEnvironment(argc, argv), .stop = &stop});
  return code.ok() ? static_cast<int>(*code) : Fail(absl::StrCat(code.status().message()));
}

}  // namespace
}  // namespace baton::bench

int main(int argc, char** argv) { return baton::bench::Main(argc, argv); }
