// What is said about a file of a recording that is whole.
#pragma once

#include <cstdint>
#include <string>

#include "base/time_point.h"

namespace baton::record {

struct FinishedFile {
  std::string name;  // in the recording's directory: "alice-2.webm"
  uint64_t bytes = 0;
  std::string sha256;   // 64 lower-case hexadecimal digits
  Duration start{};     // recording time of its first media
  Duration duration{};  // from there to its end
};

}  // namespace baton::record
