// The commands about batonctl itself.

#include "absl/strings/str_cat.h"
#include "cmd/batonctl/commands.h"
#include "cmd/batonctl/completion.h"

namespace baton::cli {
namespace {

constexpr int kProtocolVersion = 1;

struct NoArguments {};

struct CompletionArguments {
  std::string shell;
  const CLI::App* root = nullptr;
};

absl::Status Version(Context& context, const NoArguments&) {
  context.output.ShowJson(
      absl::StrCat("{\"version\":\"" BATON_VERSION "\",\"protocol_version\":", kProtocolVersion,
                   "}"),
      [] { return absl::StrCat("batonctl " BATON_VERSION ", protocol ", kProtocolVersion, "\n"); });
  return absl::OkStatus();
}

absl::Status Completion(Context& context, const CompletionArguments& arguments) {
  context.output.ShowText("script", arguments.shell == "zsh" ? ZshCompletion(*arguments.root)
                                                             : BashCompletion(*arguments.root));
  return absl::OkStatus();
}

}  // namespace

void AddVersionCommand(CLI::App& parent, Action& action) {
  OnCommand(AddCommand(parent, "version", "The versions of batonctl and of what it speaks",
                       "batonctl version"),
            action, &Version);
}

void AddCompletionCommand(CLI::App& root, Action& action) {
  CLI::App& command = AddCommand(root, "completion", "A completion script for a shell",
                                 "source <(batonctl completion bash)");
  const auto arguments = OnCommand(command, action, &Completion);
  arguments->root = &root;
  AddArgument(command, "SHELL", arguments->shell, "bash or zsh")
      ->check(CLI::IsMember({"bash", "zsh"}));
}

}  // namespace baton::cli
