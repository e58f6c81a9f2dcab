// Names of files in a recording's directory.
#pragma once

#include <string>
#include <string_view>

namespace baton::record {

// Suffix of a file that is being written.
inline constexpr std::string_view kPartSuffix = ".part";
// Suffix of what could not be repaired, behind kPartSuffix.
inline constexpr std::string_view kBrokenSuffix = ".broken";
// Suffix of what is about to replace a file; without meaning after a crash.
inline constexpr std::string_view kFreshSuffix = ".new";

// A name of a participant or a track (1 to 64 letters, digits and "._-@:+=~") as part of a file's
// name. Letters, digits and "._-@+~" stay; ":" (a protocol to ffmpeg, forbidden elsewhere) and "=",
// and at the beginning "." (hidden), "-" (an option) and "~" (a home), become "=" and two
// hexadecimal digits, and so does any other byte. Different names stay different, at three times
// the length at most.
std::string FileStem(std::string_view name);

// One component of a path, which is not a name for a directory: neither empty, "." nor "..", no '/'
// and no NUL, at most 255 bytes.
bool IsFileName(std::string_view name);

struct SplitName {
  std::string stem;       // "alice"
  std::string extension;  // "webm"; empty without '.'
};

// At the last '.'.
SplitName SplitFileName(std::string_view name);

// "alice.webm" for 1, "alice-2.webm" for 2.
std::string NumberedName(std::string_view stem, std::string_view extension, int number);

}  // namespace baton::record
