#include "cmd/batonctl/command.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/batonctl/input/number.h"
#include "cmd/batonctl/output/safe_text.h"

namespace baton::cli {

namespace v1 = control::v1;

CLI::App& AddCommand(CLI::App& parent, const std::string& name, const std::string& description,
                     const std::string& example) {
  CLI::App* command = parent.add_subcommand(name, description);
  command->footer("Example:\n  " + example);
  return *command;
}

CLI::App& AddGroup(CLI::App& parent, const std::string& name, const std::string& description) {
  CLI::App* group = parent.add_subcommand(name, description);
  group->require_subcommand(1);
  group->footer("Each of them has a --help.");
  return *group;
}

CLI::Option* AddArgument(CLI::App& command, const std::string& name, std::string& target,
                         const std::string& description) {
  return command.add_option(name, target, description)->required()->type_name("");
}

CLI::Option* AddNumber(CLI::App& command, const std::string& name, std::optional<uint32_t>& target,
                       uint32_t max, const std::string& description) {
  const auto parse = [name, max, &target](const std::string& text) {
    const absl::StatusOr<uint64_t> number = ParseUnsigned(text, max);
    if (!number.ok()) throw CLI::ValidationError(name, std::string(number.status().message()));
    target = static_cast<uint32_t>(*number);
  };
  return command.add_option_function<std::string>(name, parse, description)->type_name("NUMBER");
}

absl::StatusOr<v1::Reply> Ask(Context& context, v1::Request request,
                              v1::Reply::ResultCase expected) {
  absl::StatusOr<v1::Reply> reply = context.node.Call(std::move(request));
  if (reply.ok() && reply->result_case() != expected) {
    return absl::InternalError("the node gave an answer of another kind than the request has");
  }
  return reply;
}

absl::Status Do(Context& context, v1::Request request, const std::string& message) {
  const auto reply = Ask(context, std::move(request), v1::Reply::kDone);
  if (!reply.ok()) return reply.status();
  context.output.Show(reply->done(), [&] { return SafeText(message) + '\n'; });
  return absl::OkStatus();
}

}  // namespace baton::cli
