#include "cmd/batonctl/completion.h"

#include <iostream>
#include <memory>

#include "bench/load/commands/commands.h"

namespace baton::bench {

void AddCompletionCommand(CLI::App& app, Action& action) {
  CLI::App& command = *app.add_subcommand("completion", "A completion script for a shell");
  command.footer("Example:\n  source <(baton-bench completion bash)");
  const auto shell = std::make_shared<std::string>();
  command.add_option("SHELL", *shell, "bash or zsh")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh"}));
  command.callback([shell, &app, &action] {
    action = [shell, &app](const Context&) -> absl::StatusOr<ExitCode> {
      std::cout << (*shell == "zsh" ? cli::ZshCompletion(app) : cli::BashCompletion(app))
                << std::flush;
      return ExitCode::kGood;
    };
  });
}

}  // namespace baton::bench
