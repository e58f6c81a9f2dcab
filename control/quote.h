// Text from outside, made fit for error texts, logs and terminals.
#pragma once

#include <string>
#include <string_view>

#include "absl/strings/string_view.h"

namespace baton::control {

// Debian 12's Abseil has a string_view of its own, which std::string_view does not turn into.
inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

// In double quotes; control characters, quotes, backslashes and all that is not ASCII escaped
// (\n, \x1b); cut after about `max` bytes with the original size said: "aaaa..." (10240 bytes).
std::string Quoted(std::string_view text, size_t max = 64);

}  // namespace baton::control
