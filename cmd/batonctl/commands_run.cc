#include <fstream>
#include <iostream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cmd/batonctl/commands.h"
#include "cmd/batonctl/exit_code.h"
#include "cmd/batonctl/input/line.h"

namespace baton::cli {
namespace {

struct RunArguments {
  std::string file;
  bool keep_going = false;
};

// What a line asks for; empty if it is blank or a comment.
absl::StatusOr<Action> ParseLine(const std::string& line) {
  absl::StatusOr<std::vector<std::string>> words = SplitLine(line);
  if (!words.ok()) return UsageError(std::string(words.status().message()));
  if (words->empty()) return Action();

  Action action;
  CLI::App app("", "batonctl");
  app.set_help_flag();
  app.require_subcommand(1);
  AddFileCommands(app, action);
  try {
    // The parser takes the last word first.
    app.parse(std::vector<std::string>(words->rbegin(), words->rend()));
  } catch (const CLI::ParseError& error) {
    return UsageErrorOf(app, error);
  }
  return action;
}

absl::Status RunLine(Context& context, const std::string& line) {
  absl::StatusOr<Action> action = ParseLine(line);
  if (!action.ok()) return action.status();
  return *action ? (*action)(context) : absl::OkStatus();
}

absl::Status RunStream(Context& context, std::istream& input, const std::string& name,
                       bool keep_going) {
  absl::Status first_failure;
  int failures = 0;
  std::string line;
  for (int number = 1; std::getline(input, line); ++number) {
    const absl::Status status =
        WithPrefix(absl::StrCat(name, ":", number, ": "), RunLine(context, line));
    if (status.ok()) continue;
    if (!keep_going) return status;
    context.output.Note(ErrorText(status));
    first_failure.Update(status);
    ++failures;
  }
  if (input.bad()) return absl::InternalError(absl::StrCat(name, ": cannot be read to its end"));
  if (failures == 0) return absl::OkStatus();
  return WithPrefix(
      absl::StrCat(failures, failures == 1 ? " line" : " lines", " failed; the first was "),
      first_failure);
}

absl::Status Run(Context& context, const RunArguments& arguments) {
  if (arguments.file == "-") {
    return RunStream(context, std::cin, "standard input", arguments.keep_going);
  }
  std::ifstream input(arguments.file);
  if (!input) return UsageError(absl::StrCat("cannot open ", arguments.file));
  return RunStream(context, input, arguments.file, arguments.keep_going);
}

}  // namespace

void AddFileCommands(CLI::App& parent, Action& action) {
  AddNodeCommands(parent, action);
  AddRoomCommands(parent, action);
  AddEndpointCommands(parent, action);
  AddTrackCommands(parent, action);
  AddLegCommands(parent, action);
  AddRecordCommands(parent, action);
}

void AddRunCommand(CLI::App& parent, Action& action) {
  CLI::App& command = AddCommand(
      parent, "run", "Run the commands of a file, one a line, over one connection",
      "batonctl run setup.baton\n"
      "  printf 'room create demo\\nroom ls\\n' | batonctl run -\n\n"
      "Lines are commands as on the command line, without \"batonctl\" and without options for "
      "all\n"
      "commands: node, room, endpoint, track and leg. Words are quoted as in a shell; # starts a\n"
      "comment. The first line that fails ends the run.");
  const auto arguments = OnCommand(command, action, &Run);
  AddArgument(command, "FILE", arguments->file, "The file; - is standard input");
  command.add_flag("-k,--keep-going", arguments->keep_going, "Go on after lines that fail");
}

}  // namespace baton::cli
