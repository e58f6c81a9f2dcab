#include "relay/audio_level.h"

#include <cmath>

namespace baton::relay {
namespace {

struct TimeConstants {
  Duration rising;
  Duration falling;
};

// What `from` has become after `elapsed`, on its way to `to`.
float Approach(float from, float to, Duration elapsed, const TimeConstants& constants) {
  const Duration one = to > from ? constants.rising : constants.falling;
  const float passed = static_cast<float>(elapsed.count()) / static_cast<float>(one.count());
  return to + (from - to) * std::exp(-passed);
}

// The same if `to` is what the latest packet said, `elapsed` ago, and silence has followed it.
float Follow(float from, float to, Duration elapsed, const TimeConstants& constants) {
  const Duration heard = std::clamp(elapsed, Duration::zero(), AudioLevel::kReach);
  const Duration silent = std::max(elapsed - AudioLevel::kReach, Duration::zero());
  return Approach(Approach(from, to, heard, constants), 0, silent, constants);
}

}  // namespace

uint8_t LevelOfLoudness(float loudness) {
  return static_cast<uint8_t>(127 - std::lround(loudness));
}

void AudioLevel::Update(uint8_t level, TimePoint now) {
  smoothed_ = Loudness(now);
  mean_above_floor_ = MeanLoudness(now) - kMeanFloor;
  latest_ = LoudnessOfLevel(level);
  updated_at_ = now;
}

float AudioLevel::Loudness(TimePoint now) const {
  return Follow(smoothed_, latest_, now - updated_at_, {kAttack, kRelease});
}

float AudioLevel::MeanLoudness(TimePoint now) const {
  const float latest_above_floor = std::max(latest_ - kMeanFloor, 0.0F);
  return kMeanFloor +
         Follow(mean_above_floor_, latest_above_floor, now - updated_at_, {kMean, kMean});
}

}  // namespace baton::relay
