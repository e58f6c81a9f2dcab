// What `baton-bench impair` is told on its command line.
#pragma once

#include <CLI/CLI.hpp>
#include <string_view>

#include "absl/status/status.h"
#include "bench/load/forwarder/forwarder.h"

namespace baton::bench {

struct ImpairArguments {
  ForwarderOptions forwarder;
  Duration length = Duration::max();
  bool json = false;
};

// Adds all options. `arguments` outlives the command.
void AddImpairOptions(CLI::App& command, ImpairArguments& arguments);

// An error, in the words of the options, for profiles that are not possible.
absl::Status CheckImpairments(const ForwarderOptions& options);

// A value for one direction, "up=5%", or for both, "5%".
struct DirectedText {
  bool up = true;
  bool down = true;
  std::string_view value;  // of the text that was parsed
};
DirectedText ParseDirected(std::string_view text);

}  // namespace baton::bench
