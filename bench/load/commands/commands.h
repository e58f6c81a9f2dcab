// The commands of baton-bench. Each Add...() puts its command below `app`, and makes `action` what
// to do if the command line is that command; `action` outlives `app`.
#pragma once

#include <CLI/CLI.hpp>
#include <atomic>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "bench/load/exit_code.h"
#include "bench/load/result.h"

namespace baton::bench {

struct Context {
  Environment environment;        // of this program and machine
  const std::atomic<bool>* stop;  // set by a signal
};

// An error is printed, and ends with ExitCode::kError.
using Action = std::function<absl::StatusOr<ExitCode>(const Context&)>;

void AddFanoutCommand(CLI::App& app, Action& action);
void AddStunCommand(CLI::App& app, Action& action);
void AddImpairCommand(CLI::App& app, Action& action);
void AddFindMaxCommand(CLI::App& app, Action& action);
void AddRunCommand(CLI::App& app, Action& action);
void AddCompareCommand(CLI::App& app, Action& action);
void AddReportCommand(CLI::App& app, Action& action);
// Completes all commands that `app` has by the time that it runs.
void AddCompletionCommand(CLI::App& app, Action& action);

}  // namespace baton::bench
