// baton-record repair DIR
#pragma once

#include <ostream>
#include <string>

#include "cmd/baton-record/program.h"

namespace baton::record {

// Finishes what a crash has left in the directory `path`, and says what became of each file.
ExitCode RunRepair(const std::string& path, std::ostream& out, std::ostream& err);

}  // namespace baton::record
