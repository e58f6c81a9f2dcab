// baton-record from its arguments to its exit code.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace baton::record {

// docs/cli.md promises these numbers.
enum class ExitCode {
  kOk = 0,
  kFailure = 1,  // of the directory, of the node, or of a file that is left as it was
  kUsage = 2,    // the command line makes no sense
  kDamaged = 3,  // repair: what could be read is there, and something could not
};

// Runs what `arguments` (without the program's name) say. A sink takes the descriptors 3 and 4, and
// SIGTERM and SIGINT.
ExitCode RunProgram(const std::vector<std::string>& arguments, std::ostream& out,
                    std::ostream& err);

}  // namespace baton::record
