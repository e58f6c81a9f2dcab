// How the bench's programs end when they cannot go on: with a sentence for people. What they
// started ends with them (child.h).
#pragma once

#include <string>

namespace baton::bench {

// Writes "NAME: what" to standard error, NAME being the program's, and exits with 1.
[[noreturn]] void Die(const std::string& what);
// The same, with the text of errno.
[[noreturn]] void DieOfErrno(const std::string& what);

}  // namespace baton::bench
