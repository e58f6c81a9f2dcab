// What a command is about: kept while a shard works on it, for the answer and for error texts.
#pragma once

#include <cstdint>

#include "control/commands.h"
#include "relay/names.h"

namespace baton::control {

// What the reply to a command shows.
enum class Answer : uint8_t { kDone, kRoom, kEndpoint, kTrack, kLeg, kStatistics };

struct Subject {
  Answer answer = Answer::kDone;
  relay::Name room;
  relay::Name endpoint;  // of legs: the publisher
  relay::Name track;
  relay::Name subscriber;  // legs only
  // Switches of legs only: the track whose leg it is to be.
  relay::Name to_endpoint;
  relay::Name to_track;
};

// The leg that a switch is to make; for other subjects what it is.
Subject AfterSwitch(const Subject& subject);

Subject SubjectOf(const Action& action);

}  // namespace baton::control
