// Two results, or two sets of them, side by side.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace baton::bench {

// A table of figure, A, B and B's ratio to A, for a terminal. A side is the directory of one
// result, or a directory whose subdirectories are results: then its figures are medians with their
// spread. What makes the sides hard to compare comes first: INVALID runs, other parameters, another
// machine or commit. An INVALID run of several is left out of its side's figures.
//
// NotFound or InvalidArgument if a side has no result that can be read.
absl::StatusOr<std::string> Compare(const std::string& dir_a, const std::string& dir_b);

}  // namespace baton::bench
