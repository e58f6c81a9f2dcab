// Who speaks in a room, and who leads: decided at each 100 ms tick. An endpoint is as loud as the
// loudest of its audio streams, by AudioLevel::MeanLoudness(). State is plain data; nothing
// allocates.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "base/time_point.h"
#include "relay/audio_level.h"

namespace baton::relay {

enum class SpeakerChange : uint8_t { kNone, kStarted, kStopped };

// Whether one endpoint speaks, with hysteresis in loudness and in time: a cough does not make a
// speaker, and a pause for breath does not end one.
class SpeakerState {
 public:
  // An endpoint starts to speak when it was at least this loud for that long, ...
  static constexpr float kStartLoudness = LoudnessOfLevel(50);
  static constexpr Duration kStartTime = std::chrono::milliseconds(300);
  // ... and stops when it was less loud than this for that long.
  static constexpr float kStopLoudness = LoudnessOfLevel(60);
  static constexpr Duration kStopTime = std::chrono::seconds(1);

  // One tick. `now` must not go backwards.
  SpeakerChange Update(float loudness, TimePoint now);

  bool speaking() const { return speaking_; }
  // When it last started or stopped; before everything else if it never spoke.
  TimePoint changed_at() const { return changed_at_; }

 private:
  bool speaking_ = false;
  // Since crossed_at_ it has been as loud, or as silent, as it takes to change.
  bool crossed_ = false;
  TimePoint crossed_at_;
  TimePoint changed_at_ = TimePoint::min();
};

// One endpoint of a room, at one tick.
struct Speaker {
  uint32_t endpoint = 0;
  uint32_t order = 0;  // of joining: the first to join has the least; unique among those of a span
  float loudness = 0;
  const SpeakerState* state = nullptr;  // already told of this tick
};

inline constexpr uint32_t kNobody = std::numeric_limits<uint32_t>::max();

// The one of a room that others look at. It stays the dominant one while nobody speaks, and gives
// way to one that was clearly louder for a while, or speaks when it does not itself.
class DominantSpeaker {
 public:
  static constexpr float kMargin = 3;  // dB
  static constexpr Duration kTime = std::chrono::milliseconds(500);

  // One tick, with all endpoints of the room in any order. True if endpoint() has changed.
  bool Update(std::span<const Speaker> speakers, TimePoint now);

  // This endpoint leaves the room. Another may have its number from then on.
  void Forget(uint32_t endpoint);

  // kNobody if nobody has spoken yet, or the dominant one left and nobody has spoken since.
  uint32_t endpoint() const { return endpoint_; }

 private:
  uint32_t Decide(std::span<const Speaker> speakers, TimePoint now);

  uint32_t endpoint_ = kNobody;
  uint32_t challenger_ = kNobody;  // clearly louder than endpoint_ since challenging_since_
  TimePoint challenging_since_;
};

// The `count` endpoints that spoke latest, or all of them if `count` is 0: first those that speak,
// who started last before the others; then those that spoke, who stopped last before the others;
// then those that never did, in the order of joining, which also decides between equals. Reorders
// `speakers`, and returns its front.
std::span<const Speaker> LatestSpeakers(std::span<Speaker> speakers, size_t count);

}  // namespace baton::relay
