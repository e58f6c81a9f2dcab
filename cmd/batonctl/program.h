// batonctl from its arguments to its exit code.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "base/time_point.h"
#include "cmd/batonctl/exit_code.h"
#include "cmd/batonctl/node.h"
#include "control/client.h"

namespace baton::cli {

using MakeNode = std::function<std::unique_ptr<Node>(control::ClientOptions, Duration timeout)>;

// Runs the command that `arguments` (without the program's name) say. Results go to `out`, errors
// and notes to `err`.
ExitCode RunProgram(const std::vector<std::string>& arguments, const MakeNode& make_node,
                    std::ostream& out, std::ostream& err);

}  // namespace baton::cli
