// What a client says of a track that it publishes, as the core's parameters. Pure.
#pragma once

#include "control/request_checker.h"
#include "relay/model.h"

#include "proto/control.pb.h"

namespace baton::control {

// All but the names. `check` has what is wrong with it.
relay::TrackParameters ReadTrackParameters(const v1::PublishTrack& request, RequestChecker& check);

}  // namespace baton::control
