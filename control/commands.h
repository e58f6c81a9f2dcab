// Requests about rooms as commands for a shard: all that can be checked without knowing the state
// is checked here. Pure.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "relay/command.h"

#include "proto/control.pb.h"

namespace baton::control {

using Action = decltype(relay::Command::action);

// INVALID_ARGUMENT, with what to do about it, if a name, an address, a codec, a payload type or
// credentials are not what the protocol allows. UNIMPLEMENTED for requests that no shard answers.
// The local credentials of AddIceEndpoint are left empty.
absl::StatusOr<Action> ToAction(const v1::Request& request);

// OK, or INVALID_ARGUMENT that says what names look like. `what` says whose: "room".
absl::Status CheckName(const char* what, const std::string& name);

}  // namespace baton::control
