// Limits that the system puts on the process.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace baton::net {

// Raises the soft limit of open files to the hard one, and returns it.
absl::StatusOr<uint64_t> RaiseFileLimit();

// The limit of locked memory, which some kernels count rings against, and how to raise it: for the
// text of an error.
std::string DescribeMemlockLimit();

}  // namespace baton::net
