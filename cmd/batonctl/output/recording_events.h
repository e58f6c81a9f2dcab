// Events of recordings as text for people.
#pragma once

#include <string>

#include "proto/control.pb.h"

namespace baton::cli {

// What an event is about, and what else it says.
struct EventDescription {
  std::string subject;
  std::string detail;
};

// Empty for events of other things.
EventDescription DescribeRecording(const control::v1::Event& event);

}  // namespace baton::cli
