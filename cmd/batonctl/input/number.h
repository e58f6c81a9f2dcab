// Numbers as people type them.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"

namespace baton::cli {

// "4660" or "0x1234": no sign, no spaces, and "010" is ten. InvalidArgument, with a text that says
// what to write instead, if it is not such a number or above `max`.
absl::StatusOr<uint64_t> ParseUnsigned(std::string_view text, uint64_t max);

}  // namespace baton::cli
