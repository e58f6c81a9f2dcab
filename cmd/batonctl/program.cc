#include "cmd/batonctl/program.h"

#include <CLI/CLI.hpp>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "cmd/batonctl/command.h"
#include "cmd/batonctl/commands.h"
#include "cmd/batonctl/options.h"
#include "cmd/batonctl/output/output.h"
#include "cmd/batonctl/output/safe_text.h"

namespace baton::cli {
namespace {

constexpr const char* kFooter =
    "Examples:\n"
    "  batonctl room create demo\n"
    "  batonctl endpoint add demo alice --remote 127.0.0.1:5004\n"
    "  batonctl track publish demo alice cam --kind video --codec VP8/90000 --pt 96 --ssrc 0x1234\n"
    "  batonctl room show demo\n"
    "  batonctl events -f\n"
    "  batonctl top\n\n"
    "Each command has a --help. Exit codes: 0 done, 1 internal error, 2 usage, 3 no connection,\n"
    "4 not found, 5 contradicts what is there, 6 refused as invalid, 7 a limit is reached,\n"
    "8 not allowed, 9 no answer in time.";

void AddAll(CLI::App& app, Options& options, Action& action) {
  // Options for all commands may stand behind the command too.
  app.fallthrough();
  app.require_subcommand(1);
  app.set_help_flag("-h,--help", "What there is, and how to use it");
  app.set_version_flag("--version", "batonctl " BATON_VERSION);
  app.footer(kFooter);
  AddOptions(app, options);
  AddFileCommands(app, action);
  AddTopCommand(app, action);
  AddEventsCommand(app, action);
  AddRunCommand(app, action);
  AddVersionCommand(app, action);
  AddCompletionCommand(app, action);
}

absl::Status Perform(const Action& action, const Options& options, const Surroundings& surroundings,
                     Output& output) {
  absl::StatusOr<control::ClientOptions> client = ClientOptionsOf(options);
  if (!client.ok()) return client.status();
  const std::unique_ptr<Node> node = surroundings.make_node(*client, client->connect_timeout);
  Context context{.node = *node, .output = output, .make_console = surroundings.make_console};
  return action(context);
}

}  // namespace

absl::Status UsageErrorOf(const CLI::App& root, const CLI::ParseError& error) {
  std::string command = root.get_name();
  const CLI::App* deepest = &root;
  while (!deepest->get_subcommands().empty()) {
    deepest = deepest->get_subcommands().back();
    absl::StrAppend(&command, " ", deepest->get_name());
  }
  // Words that fit nowhere; what the parser says of them is that some other word is missing.
  const std::vector<std::string> strays = root.remaining(true);
  const bool unknown_command =
      dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && !strays.empty();
  const std::string what =
      unknown_command ? absl::StrCat("there is no command \"", SafeText(strays.front()), "\"")
                      : std::string(error.what());
  return UsageError(absl::StrCat(what, ". See '", command, " --help'"));
}

ExitCode RunProgram(const std::vector<std::string>& arguments, const Surroundings& surroundings) {
  std::ostream& out = surroundings.out;
  CLI::App app("Controls a Baton node.", "batonctl");
  Options options;
  Action action;
  AddAll(app, options, action);

  absl::Status status;
  try {
    // The parser takes the last word first.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    out << app.help() << std::flush;
    return ExitCode::kOk;
  } catch (const CLI::CallForVersion& version) {
    out << version.what() << std::endl;
    return ExitCode::kOk;
  } catch (const CLI::ParseError& error) {
    status = UsageErrorOf(app, error);
  }
  Output output(FormatOf(options), out, surroundings.err);
  if (status.ok()) status = Perform(action, options, surroundings, output);
  if (!status.ok()) output.Note(ErrorText(status));
  if (status.ok() && !out) {
    status = absl::InternalError("the result could not be written to standard output");
    output.Note(ErrorText(status));
  }
  return ExitCodeOf(status);
}

}  // namespace baton::cli
