// How loud an audio stream is, from the levels that its packets carry (RFC 6464). Plain data; all
// zeros is a stream that was never heard.
//
// Loudness is in decibels above digital silence: 0 is -127 dBov, 127 is 0 dBov. The voice flag of
// RFC 6464 has no part in it: some senders set it always and others never.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/time_point.h"

namespace baton::relay {

// `level` as on the wire: 0 (the loudest) to 127 (silence), in -dBov.
constexpr float LoudnessOfLevel(uint8_t level) {
  constexpr int kSilence = 127;
  return static_cast<float>(kSilence - std::min<int>(level, kSilence));
}

class AudioLevel {
 public:
  // Time constants: after one, 63% of a step is behind it. Rising is fast, so that a word is
  // noticed within its first syllable; falling is slow, so that pauses between words do not count.
  static constexpr Duration kAttack = std::chrono::milliseconds(100);
  static constexpr Duration kRelease = std::chrono::milliseconds(500);
  // How long a packet speaks for its stream; then silence is assumed. Above the longest packets in
  // use (120 ms) with their jitter, and below the interval of discontinuous transmission (400 ms).
  static constexpr Duration kReach = std::chrono::milliseconds(200);

  // A packet with this level has arrived. `now` must not go backwards.
  void Update(uint8_t level, TimePoint now);

  // 0..127, smoothed. `now` is not before that of the latest Update().
  float Loudness(TimePoint now) const;

 private:
  float smoothed_ = 0;  // at the latest packet's arrival
  float latest_ = 0;    // the latest packet's own loudness
  TimePoint updated_at_;
};

}  // namespace baton::relay
