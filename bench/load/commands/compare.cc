#include "bench/load/compare.h"

#include <iostream>
#include <memory>

#include "bench/load/commands/commands.h"

namespace baton::bench {

void AddCompareCommand(CLI::App& app, Action& action) {
  struct Arguments {
    std::string a;
    std::string b;
  };
  CLI::App& command = *app.add_subcommand("compare", "Two results side by side");
  command.footer(
      "A directory that has results in its subdirectories is a set: its figures are medians.\n\n"
      "Example:\n  baton-bench compare before/ after/");
  const auto arguments = std::make_shared<Arguments>();
  command.add_option("A", arguments->a, "The result directory to compare with")
      ->required()
      ->type_name("");
  command.add_option("B", arguments->b, "The result directory to compare")
      ->required()
      ->type_name("");
  command.callback([arguments, &action] {
    action = [arguments](const Context&) -> absl::StatusOr<ExitCode> {
      const absl::StatusOr<std::string> table = Compare(arguments->a, arguments->b);
      if (!table.ok()) return table.status();
      std::cout << *table << std::flush;
      return ExitCode::kGood;
    };
  });
}

}  // namespace baton::bench
