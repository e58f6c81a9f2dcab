// Recordings as text for people.
#pragma once

#include <string>

#include "cmd/batonctl/output/views.h"

#include "proto/control.pb.h"

namespace baton::cli {

std::string RecordingTable(const List<control::v1::Recording>& recordings);

// All that is known of one: its tracks, its files, and a line for each trouble.
std::string RecordingView(const control::v1::Recording& recording);

// "2026-11-23T22:15:00Z"; empty for 0.
std::string FormatUnixTime(uint64_t unix_us);
// "running"
std::string FormatState(control::v1::RecordingState state);

}  // namespace baton::cli
