// How batonctl ends. docs/cli.md promises these numbers.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace baton::cli {

enum class ExitCode {
  kOk = 0,
  kInternal = 1,           // anything that has no code below
  kUsage = 2,              // the command line (or a line of a command file) makes no sense
  kUnavailable = 3,        // no connection, or it broke
  kNotFound = 4,           // no such room, endpoint, track or leg
  kConflict = 5,           // contradicts what is there, or cannot be in the present state
  kInvalidArgument = 6,    // understood, and refused as not valid
  kResourceExhausted = 7,  // a limit of the node or the room is reached
  kPermission = 8,         // not authenticated, or not allowed
  kDeadline = 9,           // no answer in time; the command may still have had its effect
};

ExitCode ExitCodeOf(const absl::Status& status);

// An error that ends with kUsage.
absl::Status UsageError(const std::string& message);

// The status with `prefix` before its text; the exit code stays.
absl::Status WithPrefix(const std::string& prefix, const absl::Status& status);

// The error as one line for people, safe for a terminal: "no such room: demo (NOT_FOUND)".
std::string ErrorText(const absl::Status& status);

}  // namespace baton::cli
