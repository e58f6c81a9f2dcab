// What no single key can be checked for: addresses, and keys that have to agree with each other.
#pragma once

#include <string>
#include <vector>

#include "proto/config.pb.h"

namespace baton::control {

struct KeyProblem {
  std::string path;  // of the key to change: "control.tls"
  std::string text;  // what is wrong, and what to do
};

// `config` has all its defaults.
std::vector<KeyProblem> ValidateConfig(const config::Config& config);

}  // namespace baton::control
