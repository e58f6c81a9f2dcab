// batonctl from its arguments to its exit code.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "base/time_point.h"
#include "cmd/batonctl/console.h"
#include "cmd/batonctl/exit_code.h"
#include "cmd/batonctl/node.h"
#include "control/client.h"

namespace baton::cli {

using MakeNode = std::function<std::unique_ptr<Node>(control::ClientOptions, Duration timeout)>;

// What a run of the program meets. All of it outlives the run.
struct Surroundings {
  MakeNode make_node;
  MakeConsole make_console;
  std::ostream& out;  // results
  std::ostream& err;  // errors and notes
};

// Runs the command that `arguments` (without the program's name) say.
ExitCode RunProgram(const std::vector<std::string>& arguments, const Surroundings& surroundings);

}  // namespace baton::cli
