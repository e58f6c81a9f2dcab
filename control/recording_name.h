// What a recording is called, which is what its directory is called: a pattern, and the name that
// is made of it. Pure.
//
// A name is one component of a path whatever rooms are called: it has no '/', does not begin with
// '.', and is no longer than a file system takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace baton::control {

inline constexpr size_t kMaxNamePatternSize = 128;
// File systems take 255 bytes; a number may come behind.
inline constexpr size_t kMaxRecordingNameSize = 240;

struct NameValues {
  std::string_view room;  // a valid name (relay/names.h)
  int64_t started_unix_s = 0;
  uint32_t id = 0;  // random
};

// INVALID_ARGUMENT that says what patterns look like.
absl::Status CheckNamePattern(std::string_view pattern);

// `pattern` with {room}, {date}, {time} and {id} replaced. A '.' or '-' that a room would put at
// the begin becomes '_'. INVALID_ARGUMENT if the pattern is wrong or the name becomes too long.
absl::StatusOr<std::string> ExpandNamePattern(std::string_view pattern, const NameValues& values);

// The name to try `attempt` (from 1) times: itself, then with "-2", "-3", ...
std::string NumberedName(const std::string& name, uint32_t attempt);

// Whether a recording can have this name: what clients ask for, and what is found on disk.
bool IsRecordingName(std::string_view name);

}  // namespace baton::control
