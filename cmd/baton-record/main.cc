// baton-record: the process that batond starts for each recording, and a tool for its files.
// docs/cli.md says how it is used, and its exit codes.
#include <iostream>
#include <string>
#include <vector>

#include "cmd/baton-record/program.h"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  return static_cast<int>(baton::record::RunProgram(arguments, std::cout, std::cerr));
}
