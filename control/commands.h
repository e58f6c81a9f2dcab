// Requests about rooms as commands for a shard: all that can be checked without knowing the state
// is checked here. Pure.
#pragma once

#include "absl/status/statusor.h"
#include "relay/command.h"

#include "proto/control.pb.h"

namespace baton::control {

using Action = decltype(relay::Command::action);

// INVALID_ARGUMENT, with what to do about it, if a value is not what the protocol allows
// (control/request_checker.h, control/track_request.h). UNIMPLEMENTED for requests that no shard
// answers. The local credentials of AddIceEndpoint are left empty.
absl::StatusOr<Action> ToAction(const v1::Request& request);

}  // namespace baton::control
