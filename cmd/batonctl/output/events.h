// What a watch brings, as lines for people.
#pragma once

#include <string>

#include "proto/control.pb.h"

namespace baton::cli {

// "    42  endpoint_proven           demo/dave  192.0.2.1:40012". The second word is the name of
// the event's field in the protocol, and so also its key in JSON.
std::string EventLine(const control::v1::Event& event);

// "at 1234:42: 1 room, 2 endpoints, 1 track, 1 leg"
std::string SnapshotLine(const control::v1::Position& position, const control::v1::State& state);

}  // namespace baton::cli
