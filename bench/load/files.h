// Whole files.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace baton::bench {

// NotFound if there is no such file, otherwise FailedPrecondition; the text names the file and why.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// The file has its name only when it is complete: it is written beside it, as `path`.tmp, and
// renamed.
absl::Status WriteFile(const std::string& path, std::string_view content);

// With those that it is in; fine if it is there.
absl::Status MakeDirectory(const std::string& path);

}  // namespace baton::bench
