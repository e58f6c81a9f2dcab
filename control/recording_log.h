// What recordings have to say in the node's log.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace baton::control {

struct RecordingNote {
  bool warning = false;
  std::string_view what;         // "recording begins"
  const std::string& recording;  // its name; empty if it is about none
  std::string detail;            // text from elsewhere; may be empty
};

// May be empty.
using RecordingLog = std::function<void(const RecordingNote& note)>;

}  // namespace baton::control
