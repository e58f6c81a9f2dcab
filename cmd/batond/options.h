// The command line of batond.
#pragma once

#include <string>
#include <vector>

#include "control/config.h"

namespace baton {

// 128 + the signal's number: a second signal ended it at once.
enum ExitCode : int {
  kExitClean = 0,
  kExitFailure = 1,  // could not start or go on
  kExitUsage = 2,    // wrong flags or configuration
};

// A flag that stands for a key of the configuration.
struct ConfigFlag {
  std::string path;    // "media.port"
  std::string value;   // YAML
  std::string source;  // "--port-base", for messages
};

struct Options {
  std::string config_file;
  bool development = false;
  bool check_config = false;
  bool version = false;
  std::vector<ConfigFlag> flags;  // in the order in which they are applied
};

struct ParsedOptions {
  Options options;
  // Otherwise what to print, and the code to exit with.
  bool run = false;
  std::string text;
  ExitCode exit_code = kExitClean;
};

// `arguments` without the name of the program.
ParsedOptions ParseOptions(std::vector<std::string> arguments);

control::LoadedConfig LoadConfig(const Options& options);

}  // namespace baton
