// What all commands have in common: how a line becomes an action, and what an action may use.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cmd/batonctl/console.h"
#include "cmd/batonctl/node.h"
#include "cmd/batonctl/output/output.h"

#include "proto/control.pb.h"

namespace baton::cli {

struct Context {
  Node& node;
  Output& output;
  const MakeConsole& make_console;
};

// What a parsed line asks for.
using Action = std::function<absl::Status(Context&)>;

// Makes `action` run(context, arguments) if the parsed line is `command`. The caller lets the
// command's options write to the arguments that are returned. `action` outlives `command`.
template <class Arguments>
std::shared_ptr<Arguments> OnCommand(CLI::App& command, Action& action,
                                     absl::Status (*run)(Context&, const Arguments&)) {
  auto arguments = std::make_shared<Arguments>();
  command.callback([arguments, run, &action] {
    action = [arguments, run](Context& context) { return run(context, *arguments); };
  });
  return arguments;
}

// Adds `name` with its one-line `description` and an `example` for its --help.
CLI::App& AddCommand(CLI::App& parent, const std::string& name, const std::string& description,
                     const std::string& example);
// Adds `name`, which has commands below it, one of which must be given.
CLI::App& AddGroup(CLI::App& parent, const std::string& name, const std::string& description);

// A required argument by its place.
CLI::Option* AddArgument(CLI::App& command, const std::string& name, std::string& target,
                         const std::string& description);
// An option with a number in decimal or 0x, at most `max`.
CLI::Option* AddNumber(CLI::App& command, const std::string& name, std::optional<uint32_t>& target,
                       uint32_t max, const std::string& description);

// An option whose text `parse` (to absl::StatusOr of something) reads and `take` is given.
template <class Parse, class Take>
CLI::Option* AddParsed(CLI::App& command, const std::string& name, Parse parse, Take take,
                       const std::string& description) {
  const auto read = [name, parse, take](const std::string& text) {
    auto value = parse(text);
    if (!value.ok()) throw CLI::ValidationError(name, std::string(value.status().message()));
    take(*std::move(value));
  };
  return command.add_option_function<std::string>(name, read, description);
}
// The same for an option that may be given several times, with one text each.
template <class Parse, class Take>
CLI::Option* AddParsedEach(CLI::App& command, const std::string& name, Parse parse, Take take,
                           const std::string& description) {
  const auto read = [name, parse, take](const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      auto value = parse(text);
      if (!value.ok()) throw CLI::ValidationError(name, std::string(value.status().message()));
      take(*std::move(value));
    }
  };
  return command.add_option_function<std::vector<std::string>>(name, read, description)
      ->allow_extra_args(false);
}

// The node's answer, which must be of the kind that the request has: anything else is INTERNAL.
absl::StatusOr<control::v1::Reply> Ask(Context& context, control::v1::Request request,
                                       control::v1::Reply::ResultCase expected);
// For requests that answer Done: prints `message` for people.
absl::Status Do(Context& context, control::v1::Request request, const std::string& message);

}  // namespace baton::cli
