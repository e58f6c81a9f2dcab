// What a node has counted for its rooms, at one time.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "cmd/batonctl/command.h"

#include "proto/control.pb.h"

namespace baton::cli::top {

using Sample = std::map<std::string, control::v1::RoomStatistics>;  // by room

// Of the room with this name, or of all rooms if it is empty. A room that is closed meanwhile is
// left out of all; NOT_FOUND if it was asked for by name.
absl::StatusOr<Sample> TakeSample(Context& context, const std::string& room);

}  // namespace baton::cli::top
