// A line of a command file, cut into words the way a shell does it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace baton::cli {

// Words are separated by blanks. 'Single' quotes keep everything, "double" quotes keep all but
// \" and \\, a backslash outside quotes keeps the next character; quoted and bare pieces that touch
// are one word. A # where a word could begin starts a comment. Nothing is expanded.
// InvalidArgument for a quote that is not closed or a backslash with nothing behind it.
absl::StatusOr<std::vector<std::string>> SplitLine(std::string_view line);

}  // namespace baton::cli
