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

// And back, rounded. `loudness` is 0..127.
uint8_t LevelOfLoudness(float loudness);

class AudioLevel {
 public:
  // Time constants: after one, 63% of a step is behind. Loudness() rises fast, so that a word is
  // noticed within its first syllable, and falls slowly, so that it outlasts the pauses between
  // words.
  static constexpr Duration kAttack = std::chrono::milliseconds(100);
  static constexpr Duration kRelease = std::chrono::milliseconds(500);
  // MeanLoudness() takes its time both ways: a cough is over before it is much of a mean.
  static constexpr Duration kMean = std::chrono::milliseconds(300);
  // What is less loud counts as this much in the mean: -70 dBov. How silent a silence was, makes no
  // difference to how soon one speaks.
  static constexpr float kMeanFloor = LoudnessOfLevel(70);
  // How long a packet speaks for its stream; then silence is assumed. Above the longest packets in
  // use (120 ms) with their jitter, and below the interval of discontinuous transmission (400 ms).
  static constexpr Duration kReach = std::chrono::milliseconds(200);

  // A packet with this level has arrived. `now` must not go backwards.
  void Update(uint8_t level, TimePoint now);

  // Smoothed by kAttack and kRelease: what can be heard, 0..127. `now` is not before that of the
  // latest Update().
  float Loudness(TimePoint now) const;
  // Smoothed by kMean: who speaks, kMeanFloor..127. `now` likewise.
  float MeanLoudness(TimePoint now) const;

 private:
  // At the latest packet's arrival.
  float smoothed_ = 0;
  float mean_above_floor_ = 0;
  // The latest packet's own loudness.
  float latest_ = 0;
  TimePoint updated_at_;
};

}  // namespace baton::relay
