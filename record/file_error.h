// What the system said about a file, for people.
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace baton::record {

// "cannot write alice.webm.part: No space left on device", for a value of errno. A full disk or
// quota is RESOURCE_EXHAUSTED, a link where none may be FAILED_PRECONDITION.
absl::Status FileError(int error, std::string_view action, std::string_view name);

}  // namespace baton::record
