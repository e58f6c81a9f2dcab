// Completion scripts for shells, made from the commands themselves.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace baton::cli {

// For bash: commands, options, and the values of options that have a fixed set.
std::string BashCompletion(const CLI::App& root);
// For zsh, through its emulation of bash's completion.
std::string ZshCompletion(const CLI::App& root);

}  // namespace baton::cli
