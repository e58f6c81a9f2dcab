// Last-N: which N of a room's audio tracks are forwarded, decided at each 100 ms tick.
//
// All N places are always taken as long as there are tracks, silent ones included: whoever holds a
// place is heard from the first syllable. A track that can be heard gets the place of one that can
// not at the next tick; among those that can be heard, a place changes hands only for one that is
// clearly louder, and not before it was held for a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/time_point.h"
#include "relay/audio_level.h"

namespace baton::relay {

// Of one audio track. Plain data.
struct LastNState {
  bool chosen = false;
  TimePoint chosen_at;                        // only if chosen
  TimePoint last_audible = TimePoint::min();  // before everything else: never yet
};

// One audio track of a room, at one tick.
struct LastNTrack {
  uint32_t track = 0;
  uint32_t order = 0;  // of publishing: the first has the least; unique among those of a span
  float loudness = 0;  // AudioLevel::Loudness()
  LastNState* state = nullptr;
  bool changed = false;  // out: state->chosen is not what it was
  float score = 0;       // used within
};

// What is less loud counts as silent: -60 dBov.
inline constexpr float kAudibleLoudness = LoudnessOfLevel(60);
// How much louder than a chosen track another has to be to take its place. A chosen one is audible
// down to as much below kAudibleLoudness.
inline constexpr float kLastNMargin = 6;  // dB
// For how long an audible track keeps a place at least.
inline constexpr Duration kLastNHold = std::chrono::seconds(1);

// One tick, with all audio tracks of the room: sets the states and `changed`, and reorders
// `tracks`. `places` is N; 0 means that all are chosen. Returns how many have changed. `now` must
// not go backwards.
size_t SelectLoudest(std::span<LastNTrack> tracks, size_t places, TimePoint now);

}  // namespace baton::relay
