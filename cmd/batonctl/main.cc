#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include "cmd/batonctl/program.h"

int main(int argc, char** argv) {
  // A reader that leaves (batonctl ... | head) ends us like any other failed write.
  std::signal(SIGPIPE, SIG_DFL);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return static_cast<int>(
      baton::cli::RunProgram(arguments, {.make_node = baton::cli::MakeRemoteNode,
                                         .make_console = baton::cli::MakeTerminalConsole,
                                         .out = std::cout,
                                         .err = std::cerr}));
}
