// Errors of the core as canonical codes with texts that say what to do. Pure.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "control/mirror.h"
#include "control/subject.h"
#include "relay/output.h"

#include "proto/control.pb.h"

namespace baton::control {

// `error` is not kNone. `mirror` is the state that the command met: it tells which of a leg's ends
// is missing.
absl::Status CommandErrorStatus(relay::CommandError error, const Subject& subject,
                                const Mirror& mirror);

// The names are valid ones (relay::IsValidName).
absl::Status NoSuchRoomError(std::string_view room);
absl::Status NoSuchEndpointError(std::string_view room, std::string_view endpoint);

v1::Error ToError(const absl::Status& status);
absl::Status FromError(const v1::Error& error);

}  // namespace baton::control
