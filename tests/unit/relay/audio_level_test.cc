#include "relay/audio_level.h"

#include <gtest/gtest.h>

#include <cmath>
#include <type_traits>

#include "base/random.h"

namespace baton::relay {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

static_assert(std::is_trivially_copyable_v<AudioLevel>);

// A stream with a packet of the same level each 20 ms.
class Stream {
 public:
  explicit Stream(TimePoint start) : now_(start) {}

  void Send(uint8_t level, Duration duration) {
    for (const TimePoint end = now_ + duration; now_ < end; now_ += milliseconds(20)) {
      level_.Update(level, now_);
    }
  }
  void Pause(Duration duration) { now_ += duration; }
  float Loudness() const { return level_.Loudness(now_); }
  float MeanLoudness() const { return level_.MeanLoudness(now_); }

 private:
  AudioLevel level_;
  TimePoint now_;
};

float After(float constants) { return std::exp(-constants); }

TEST(AudioLevel, ConvertsLevels) {
  EXPECT_EQ(LoudnessOfLevel(0), 127.0F);
  EXPECT_EQ(LoudnessOfLevel(50), 77.0F);
  EXPECT_EQ(LoudnessOfLevel(127), 0.0F);
  EXPECT_EQ(LoudnessOfLevel(128), 0.0F) << "more than the format has";
  EXPECT_EQ(LoudnessOfLevel(255), 0.0F);
  for (uint8_t level = 0; level <= 127; ++level) {
    EXPECT_EQ(LevelOfLoudness(LoudnessOfLevel(level)), level);
  }
  EXPECT_EQ(LevelOfLoudness(76.4F), 51);
  EXPECT_EQ(LevelOfLoudness(76.6F), 50);
  EXPECT_EQ(LevelOfLoudness(126.6F), 0);
}

TEST(AudioLevel, IsSilentBeforeTheFirstPacketAtAnyTime) {
  const AudioLevel level;
  for (const int hour : {-100'000, -1, 0, 1, 100'000}) {
    EXPECT_EQ(level.Loudness(TimePoint(hours(hour))), 0.0F);
    EXPECT_EQ(level.MeanLoudness(TimePoint(hours(hour))), AudioLevel::kMeanFloor);
  }
}

TEST(AudioLevel, RisesWithinTheAttackAndFallsWithinTheRelease) {
  for (const int hour : {-100'000, 0, 100'000}) {
    Stream stream{TimePoint(hours(hour))};
    stream.Send(20, AudioLevel::kAttack);
    EXPECT_NEAR(stream.Loudness(), 107 * (1 - After(1)), 0.1);
    stream.Send(20, 4 * AudioLevel::kAttack);
    EXPECT_NEAR(stream.Loudness(), 107 * (1 - After(5)), 0.1);
    stream.Send(20, 5 * AudioLevel::kAttack);
    EXPECT_NEAR(stream.Loudness(), 107, 0.1);
    stream.Send(87, AudioLevel::kRelease);
    EXPECT_NEAR(stream.Loudness(), 40 + (107 - 40) * After(1), 0.1);
  }
}

TEST(AudioLevel, TheMeanTakesItsTimeBothWays) {
  for (const int hour : {-100'000, 0, 100'000}) {
    Stream stream{TimePoint(hours(hour))};
    stream.Send(127, milliseconds(1000));
    EXPECT_EQ(stream.MeanLoudness(), AudioLevel::kMeanFloor);
    stream.Send(20, AudioLevel::kMean);
    EXPECT_NEAR(stream.MeanLoudness(), 57 + 50 * (1 - After(1)), 0.1);
    stream.Send(20, 10 * AudioLevel::kMean);
    EXPECT_NEAR(stream.MeanLoudness(), 107, 0.1);
    stream.Send(60, AudioLevel::kMean);
    EXPECT_NEAR(stream.MeanLoudness(), 67 + 40 * After(1), 0.1);
    stream.Send(20, 10 * AudioLevel::kMean);
    stream.Pause(AudioLevel::kReach - milliseconds(20) + AudioLevel::kMean);
    EXPECT_NEAR(stream.MeanLoudness(), 57 + 50 * After(1), 0.1);
  }
}

TEST(AudioLevel, APacketSpeaksForATimeAndThenSilenceIsAssumed) {
  Stream stream{TimePoint(hours(1))};
  stream.Send(20, milliseconds(2000));
  // The latest packet was 20 ms ago.
  stream.Pause(AudioLevel::kReach - milliseconds(20));
  EXPECT_NEAR(stream.Loudness(), 107, 0.1);
  stream.Pause(AudioLevel::kRelease);
  EXPECT_NEAR(stream.Loudness(), 107 * After(1), 0.1);
  stream.Pause(hours(10));
  EXPECT_NEAR(stream.Loudness(), 0, 0.1);
}

// Discontinuous transmission: one packet of noise each 400 ms, which is no speech.
TEST(AudioLevel, SparsePacketsOfNoiseKeepAStreamSilent) {
  Stream stream{TimePoint(hours(1))};
  stream.Send(20, milliseconds(2000));
  for (int i = 0; i < 10; ++i) {
    stream.Pause(milliseconds(380));
    stream.Send(90, milliseconds(20));
  }
  EXPECT_LT(stream.Loudness(), LoudnessOfLevel(90) + 1);
}

TEST(AudioLevel, AfterASilenceWithoutPacketsItRisesAnew) {
  Stream stream{TimePoint(hours(1))};
  stream.Send(20, milliseconds(2000));
  stream.Pause(hours(1));
  stream.Send(20, AudioLevel::kAttack);
  EXPECT_NEAR(stream.Loudness(), 107 * (1 - After(1)), 0.1);
}

TEST(AudioLevel, OfPacketsThatComeAtOnceTheLastCounts) {
  AudioLevel level;
  const TimePoint start{hours(1)};
  level.Update(0, start);
  level.Update(0, start);
  level.Update(127, start);
  EXPECT_EQ(level.Loudness(start), 0.0F);
  EXPECT_EQ(level.Loudness(start + milliseconds(100)), 0.0F);
}

// How often it is asked or told makes no difference, only for how long.
TEST(AudioLevel, IsWeightedByTime) {
  const TimePoint start{hours(1)};
  AudioLevel rare;
  AudioLevel often;
  rare.Update(30, start);
  for (int ms = 0; ms < 100; ++ms) often.Update(30, start + milliseconds(ms));
  EXPECT_NEAR(rare.Loudness(start + milliseconds(100)), often.Loudness(start + milliseconds(100)),
              0.01);
}

TEST(AudioLevel, StaysInItsRange) {
  Random random(uint64_t{3});
  AudioLevel level;
  TimePoint now{hours(-1)};
  for (int i = 0; i < 100'000; ++i) {
    now += Duration(random.Below(1'000'000'000));
    level.Update(static_cast<uint8_t>(random.Below(256)), now);
    const TimePoint later = now + Duration(random.Below(2'000'000'000));
    ASSERT_GE(level.Loudness(later), 0.0F);
    ASSERT_LE(level.Loudness(later), 127.0F);
    ASSERT_GE(level.MeanLoudness(later), AudioLevel::kMeanFloor);
    ASSERT_LE(level.MeanLoudness(later), 127.0F);
  }
}

}  // namespace
}  // namespace baton::relay
